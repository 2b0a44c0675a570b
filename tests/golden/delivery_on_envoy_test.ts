/** What asks certgate's own server, on a real Envoy: it takes every kind of reference and of cluster, byte for byte. */
import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import { anyPack } from "@bufbuild/protobuf/wkt";
import type { SdsCluster } from "../../lib/model/mod.ts";
import { planPrune } from "../../lib/mutations/mod.ts";
import { makePlaceholder, makePlaceholderBundle, makeSelfSigned } from "../../lib/pki/mod.ts";
import { applyPlan, readSnapshot } from "../../lib/xds/mod.ts";
import { ClusterSchema } from "../../proto/gen/envoy/config/cluster/v3/cluster_pb.ts";
import { ListenerSchema } from "../../proto/gen/envoy/config/listener/v3/listener_pb.ts";
import {
  HttpConnectionManager_CodecType,
  HttpConnectionManagerSchema,
} from "../../proto/gen/envoy/extensions/filters/network/http_connection_manager/v3/http_connection_manager_pb.ts";
import { RouterSchema } from "../../proto/gen/envoy/extensions/filters/http/router/v3/router_pb.ts";
import { toolPath } from "../setup/tools.ts";
import {
  ads,
  type Chain,
  chain,
  cluster,
  type CommonTls,
  onPort,
  pairSecret,
  PostTranslateModifyResponseSchema,
  quicChain,
  request,
  requestBytes,
  trustSecret,
} from "./build.ts";
import { sdsView } from "./stand_ins.ts";
import { verdictOfWord } from "./words.ts";

const ignore = toolPath("envoy") === null;

/** One field of bytes on the wire. */
function field(number: number, ...parts: readonly Uint8Array[]): Uint8Array {
  const value = Buffer.concat(parts);
  const varint = (rest: number): number[] => rest < 128 ? [rest] : [rest % 128 + 128, ...varint(rest >>> 7)];
  return Buffer.concat([Uint8Array.from([...varint(number * 8 + 2), ...varint(value.length)]), value]);
}

const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
const utf8 = (value: string) => new TextEncoder().encode(value);

/** An HTTP connection manager without routes; a chain of QUIC has to have one. */
function served(one: Chain, codecType: HttpConnectionManager_CodecType): Chain {
  const manager = create(HttpConnectionManagerSchema, {
    codecType,
    statPrefix: "test",
    routeSpecifier: { case: "routeConfig", value: { name: "none" } },
    httpFilters: [{
      name: "router",
      configType: { case: "typedConfig", value: anyPack(RouterSchema, create(RouterSchema)) },
    }],
  });
  const value = anyPack(HttpConnectionManagerSchema, manager);
  return { ...one, filters: [{ name: "http", configType: { case: "typedConfig", value } }] } as Chain;
}

const trustBy = (name: string): CommonTls => ({
  validationContextType: { case: "validationContextSdsSecretConfig", value: ads(name) },
} as CommonTls);

/** A snapshot with a placeholder in every place that one can stand in. */
function snapshotBytes(): Uint8Array {
  const pair = text(makePlaceholder({ names: ["a.x.test"] }).certificate);
  const bundle = text(makePlaceholderBundle("default/cas"));
  const common = { ...trustBy("mtls"), tlsCertificateSdsSecretConfigs: [ads("default/a")] } as CommonTls;
  const { AUTO, HTTP3 } = HttpConnectionManager_CodecType;
  return requestBytes(request({
    clusters: [cluster("backend", common)],
    secrets: [pairSecret("default/a", pair), trustSecret("mtls", bundle)],
    listeners: [
      { name: "tcp", ...onPort(0), filterChains: [served(chain("a.x.test", common), AUTO)] },
      { name: "udp", ...onPort(0), filterChains: [served(quicChain("a.x.test", common), HTTP3)] },
    ],
  }));
}

/** What Envoy needs besides: an address, and for one of the listeners that it speaks QUIC. */
function completed(answer: Uint8Array): Uint8Array {
  const { listeners, clusters } = fromBinary(PostTranslateModifyResponseSchema, answer);
  const socket = (udp: boolean) =>
    field(
      2,
      field(1, ...(udp ? [Uint8Array.of(8, 1)] : []), field(2, utf8("127.0.0.1")), Uint8Array.of(24, 0)),
    );
  const resources = [
    ...listeners.map((one) => {
      const udp = one.name === "udp";
      const bytes = toBinary(ListenerSchema, { ...one, address: undefined });
      // udp_listener_config with quic_options.
      return field(1, bytes, socket(udp), ...(udp ? [field(18, field(7))] : []));
    }),
    ...clusters.map((one) => field(2, toBinary(ClusterSchema, one))),
  ];
  const node = field(1, field(1, utf8("test")), field(2, utf8("test")));
  return Buffer.concat([node, field(2, ...resources)]);
}

async function refusal(bootstrap: Uint8Array, folder: string): Promise<string> {
  const path = join(folder, "envoy.pb");
  await writeFile(path, bootstrap);
  const args = [
    "--mode",
    "validate",
    "-c",
    path,
    "--use-dynamic-base-id",
    "--log-level",
    "error",
    "--concurrency",
    "1",
  ];
  const { code, stderr } = await new Deno.Command(toolPath("envoy")!, { args }).output();
  return code === 0 ? "" : text(stderr);
}

Deno.test({
  name:
    "planPrune() asks certgate in ways that a real Envoy takes, by a socket and by TCP with and without TLS",
  ignore,
  async fn() {
    const folder = await mkdtemp(join(tmpdir(), "certgate-sds-"));
    try {
      const made = await makeSelfSigned({ names: ["certgate"], now: Date.now(), days: 1 });
      const file = async (name: string, bytes: Uint8Array) => {
        await writeFile(join(folder, name), bytes);
        return join(folder, name);
      };
      const tls = {
        certificate: await file("tls.crt", made.certificate),
        key: await file("tls.key", made.key.open()),
        ca: await file("ca.crt", made.certificate),
        name: "certgate",
      };
      const ways: SdsCluster[] = [
        { kind: "unix", path: join(folder, "sds.sock") },
        { kind: "tcp", host: "127.0.0.1", port: 9999, tls: null },
        { kind: "tcp", host: "::1", port: 9999, tls },
        { kind: "tcp", host: "localhost", port: 9999, tls },
      ];
      for (const way of ways) {
        const sds = sdsView({
          cluster: way,
          pairs: { "default/a": ["a.x.test"] },
          bundles: { "default/cas": "good bundle" },
        });
        const throwaways = { pair: made, trust: made.certificate };
        const snapshot = readSnapshot(snapshotBytes());
        const plan = planPrune(snapshot, verdictOfWord, { throwaways, sds });
        assert.equal(plan.counts.askedReferences, 6);
        const bootstrap = completed(applyPlan(snapshot, plan, { throwaways }));
        assert.equal(await refusal(bootstrap, folder), "", JSON.stringify(way));
      }
    } finally {
      await rm(folder, { recursive: true });
    }
  },
});
