/**
 * What tests of delivery straight to Envoy start certgate with, and what they look at, in one place.
 */
import assert from "node:assert/strict";
import type { DeliveryWay, PairStatus, SdsNameStatus, SdsStatus } from "../../lib/model/mod.ts";
import {
  type Bed,
  type Certgate,
  type EnvoyAdmin,
  type GateSettings,
  KubeletVolume,
  NAMESPACE,
  secretName,
  total,
  until,
} from "./harness/mod.ts";
import { promised } from "./_expect.ts";

/** A CA bundle of `sds.bundles` in a volume of its own. */
export interface BundleFile {
  readonly name: string;
  readonly file: string;
}

/** Keys of the first level for certgate on a bed, where the pairs of all volumes go one way. */
export function delivering(
  { volumes, directory }: Bed,
  delivery: DeliveryWay,
  bundles: readonly BundleFile[] = [],
): Readonly<Record<string, unknown>> {
  return {
    sources: ["secrets", "letsencrypt/live"].map((folder) => ({
      path: `${volumes}/${folder}/*`,
      namespace: NAMESPACE,
      delivery,
    })),
    sds: {
      listen: `unix://${directory}/sds.sock`,
      bundles: bundles.map((bundle) => ({ ...bundle, namespace: NAMESPACE })),
    },
  };
}

/** The gate of a bed whose pairs go straight to Envoy; what is torn or away is believed soon. */
export function straight(bed: Bed, bundles: readonly BundleFile[] = []): GateSettings {
  return {
    gate: { expiryMargin: 0 },
    watch: { settle: 200, absenceGrace: 200 },
    top: delivering(bed, "sds", bundles),
  };
}

/** A file of authorities that is replaced as the kubelet does it. */
export interface BundleVolume extends BundleFile {
  put(...pems: readonly string[]): Promise<void>;
}

/** A CA bundle in a volume of the kubelet. */
export function bundleVolume(bed: Bed, name: string): BundleVolume {
  const volume = new KubeletVolume(`${bed.volumes}/bundles/${name}`);
  const put = (...pems: readonly string[]) =>
    volume.put({ "ca.crt": pems.map((pem) => `${pem}\n`).join("") });
  return { name, file: `${volume.path}/ca.crt`, put };
}

/** The part of the status about SDS. */
export async function sdsOf(certgate: Certgate): Promise<SdsStatus> {
  const { sds } = await certgate.status();
  if (!sds) throw new Error("The status has nothing about SDS");
  return sds;
}

/** What the status says of the pair of a host. */
export async function pairOf(certgate: Certgate, host: string): Promise<PairStatus> {
  const { pairs } = await certgate.gate();
  const pair = pairs.find(({ name }) => name === secretName(host));
  if (pair === undefined) throw new Error(`The status has no pair for ${host}`);
  return pair;
}

/** What the status says of what Envoys have of a host. */
export async function nameOf(certgate: Certgate, host: string): Promise<SdsNameStatus> {
  const { names } = await sdsOf(certgate);
  const name = names.find(({ name }) => name === `${NAMESPACE}/${secretName(host)}`);
  if (name === undefined) throw new Error(`The status has no name for ${host}`);
  return name;
}

/** Waits until the status says that a pair is held, or is in order. */
export async function untilServing(
  certgate: Certgate,
  host: string,
  serving: PairStatus["serving"],
): Promise<PairStatus> {
  const { value } = await until(`the pair of ${host} is ${serving ?? "not served"}`, async () => {
    const pair = await pairOf(certgate, host);
    if (pair.serving === serving) return pair;
    throw new Error(`it is ${pair.serving}: ${pair.verdict.reason} ${pair.verdict.detail}`);
  }, { within: promised(10_000) });
  return value;
}

/** Pushes of pairs so far. */
export async function pushes(certgate: Certgate): Promise<number> {
  return total(await certgate.metrics(), "certgate_sds_pushes_total", { kind: "pair" });
}

const UPDATES =
  "^(listener_manager\\.lds|cluster_manager\\.cds)\\.(version|update_success|update_rejected)$|" +
  "^(listener_manager\\.listener|cluster_manager\\.cluster)_(added|modified|removed|updated|in_place_updated)$";

/** Everything that an update by way of Envoy Gateway moves: Envoy's versions and counters, and calls of the hook. */
export async function translations(
  envoy: EnvoyAdmin,
  certgate: Certgate | null,
): Promise<Record<string, number>> {
  const calls: Record<string, number> = certgate === null ? {} : {
    calls: total(await certgate.metrics(), "certgate_hook_calls_total", { hook: "PostTranslateModify" }),
  };
  const stats = await envoy.stats(UPDATES);
  assert.ok(Object.keys(stats).some((name) => name.endsWith("lds.version")), "Envoy has the counters");
  return { ...stats, ...calls };
}

/** Waits until nothing has moved of {@linkcode translations} for two seconds: a start has its echoes. */
export async function atRest(
  envoy: EnvoyAdmin,
  certgate: Certgate | null,
): Promise<Record<string, number>> {
  let before = "";
  let since = performance.now();
  const { value } = await until("Envoy Gateway has nothing left to say", async () => {
    const now = await translations(envoy, certgate);
    if (JSON.stringify(now) !== before) {
      before = JSON.stringify(now);
      since = performance.now();
    }
    return performance.now() - since > 2000 ? now : null;
  }, { within: promised(40_000), every: 200 });
  return value;
}
