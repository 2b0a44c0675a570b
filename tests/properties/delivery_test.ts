/**
 * What holds for every snapshot with placeholders in it, whatever certgate's own SDS server has: no placeholder goes out,
 * closure, innocence, the same bytes for every reference, and nothing to do with its own answer. The checks decode the
 * answer with the generated types.
 */
import assert from "node:assert/strict";
import fc from "fast-check";
import { fromBinary, type JsonValue, toBinary } from "@bufbuild/protobuf";
import { type Any, anyUnpack } from "@bufbuild/protobuf/wkt";
import type { Plan, SdsView } from "../../lib/model/mod.ts";
import { planPrune, type PruneOptions } from "../../lib/mutations/mod.ts";
import { applyPlan, readSnapshot } from "../../lib/xds/mod.ts";
import { ConfigSourceSchema } from "../../proto/gen/envoy/config/core/v3/config_source_pb.ts";
import type { TransportSocket } from "../../proto/gen/envoy/config/core/v3/base_pb.ts";
import type { SdsSecretConfig } from "../../proto/gen/envoy/extensions/transport_sockets/tls/v3/secret_pb.ts";
import type { CommonTlsContext } from "../../proto/gen/envoy/extensions/transport_sockets/tls/v3/tls_pb.ts";
import {
  PostTranslateModifyResponseSchema,
  registry,
  type Request,
  requestBytes,
  requestFromJson,
  requestToJson,
} from "../golden/build.ts";
import { sdsView, withStandIns } from "../golden/stand_ins.ts";
import { throwaways, verdictOfWord } from "../golden/words.ts";
import { anyOptions, anyRequest } from "./arbitrary_snapshot.ts";

type Options = Omit<PruneOptions, "throwaways" | "sds">;

/** Which words of a generated snapshot become placeholders; pairs and bundles have the same words. */
const WORDS: Readonly<Record<string, string>> = {
  ending: "placeholder a.x.test",
  temporary: "placeholder b.x.test c.x.test",
  expired: "placeholder-bundle default/one",
  early: "placeholder-bundle default/one default/two",
  mixed: "placeholder-bundle default/two other",
};

/** The same, and whatever was good too: most hosts are delivered by SDS. */
const MANY = { ...WORDS, good: "placeholder a.x.test" };

type Words = typeof WORDS;

function withWords(json: JsonValue, words: Words): JsonValue {
  if (typeof json === "string") return words[json] ?? json;
  if (Array.isArray(json)) return json.map((value) => withWords(value, words));
  if (json === null || typeof json !== "object") return json;
  return Object.fromEntries(Object.entries(json).map(([key, value]) => [key, withWords(value, words)]));
}

function withPlaceholders(request: Request, words: Words): Uint8Array {
  const { postTranslateContext, ...lists } = request;
  const json = withStandIns(withWords(requestToJson(lists), words));
  return Buffer.concat([requestBytes({ postTranslateContext }), requestFromJson(json)]);
}

const names = fc.subarray(["s0", "s1", "s2", "s3", "s4", "t0", "t1"], { minLength: 5 });
const anyView: fc.Arbitrary<SdsView | null> = fc.option(
  fc.record({
    cluster: fc.option(fc.constant({ kind: "unix", path: "/run/sds.sock" } as const), { freq: 4 }),
    pairs: names.map((all) => Object.fromEntries(all.map((name) => [name, ["a.x.test"]]))),
    bundles: fc.subarray(["default/one", "default/two"]).map((all) =>
      Object.fromEntries(all.map((name) => [name, "good bundle"]))
    ),
  }).map(sdsView),
  { freq: 6 },
);

interface Delivered {
  readonly bytes: Uint8Array;
  readonly plan: Plan;
  readonly answer: Uint8Array;
  readonly sds: SdsView | null;
  readonly options: Options;
}

function deliver(bytes: Uint8Array, sds: SdsView | null, options: Options): Delivered {
  const snapshot = readSnapshot(bytes);
  const plan = planPrune(snapshot, verdictOfWord, { ...options, throwaways, sds });
  const pairOf = (name: string) => sds?.pairOf?.(name) ?? null;
  return { bytes, plan, answer: applyPlan(snapshot, plan, { throwaways, pairOf }), sds, options };
}

function check(property: (delivered: Delivered) => void): void {
  fc.assert(
    fc.property(
      anyRequest,
      fc.constantFrom(WORDS, MANY),
      anyView,
      anyOptions,
      (request, words, sds, options) => property(deliver(withPlaceholders(request, words), sds, options)),
    ),
    { numRuns: 500 },
  );
}

function commonOf(socket: TransportSocket | undefined): CommonTlsContext | undefined {
  if (socket?.configType.case !== "typedConfig") return undefined;
  const config = anyUnpack(socket.configType.value as Any, registry) as unknown as {
    commonTlsContext?: CommonTlsContext;
    downstreamTlsContext?: { commonTlsContext?: CommonTlsContext };
  };
  return config.commonTlsContext ?? config.downstreamTlsContext?.commonTlsContext;
}

interface Needs {
  readonly config: SdsSecretConfig;
  readonly type: "tlsCertificate" | "validationContext";
}

function needsOf(socket: TransportSocket | undefined): Needs[] {
  const common = commonOf(socket);
  if (common === undefined) return [];
  const { tlsCertificateSdsSecretConfigs: certificates, validationContextType: validation } = common;
  const trust = validation.case === "validationContextSdsSecretConfig"
    ? validation.value
    : validation.case === "combinedValidationContext"
    ? validation.value.validationContextSdsSecretConfig
    : undefined;
  return [
    ...certificates.map((config): Needs => ({ config, type: "tlsCertificate" })),
    ...(trust ? [{ config: trust, type: "validationContext" } satisfies Needs] : []),
  ];
}

function answerOf({ answer }: Delivered) {
  const after = fromBinary(PostTranslateModifyResponseSchema, answer);
  const downstream = after.listeners.flatMap((
    { filterChains, defaultFilterChain },
  ) => [...filterChains, ...(defaultFilterChain ? [defaultFilterChain] : [])]).flatMap((
    { transportSocket },
  ) => needsOf(transportSocket));
  const upstream = after.clusters.flatMap(({ transportSocket, transportSocketMatches }) =>
    [transportSocket, ...transportSocketMatches.map((match) => match.transportSocket)].flatMap(needsOf)
  );
  return { after, downstream, upstream };
}

const sourceOf = ({ config }: Needs) =>
  Buffer.from(toBinary(ConfigSourceSchema, config.sdsConfig!)).toString("latin1");
const asksCertgate = (need: Needs) => sourceOf(need).includes("certgate_sds");
const isAds = ({ config }: Needs) => config.sdsConfig?.configSourceSpecifier.case === "ads";

Deno.test("planPrune() lets no placeholder into an answer", () => {
  // The base64 of what every serial number of a placeholder begins with, here as there.
  check(({ answer }) => assert.ok(!Buffer.from(answer).includes(btoa("certgate "))));
});

Deno.test("planPrune() closes the answer, whoever is asked", () => {
  let asked = 0;
  check((delivered) => {
    const { after, downstream, upstream } = answerOf(delivered);
    const { sds, bytes } = delivered;
    for (const { config: { name }, type } of [...downstream, ...upstream].filter(asksCertgate)) {
      asked++;
      if (type === "tlsCertificate") assert.equal(sds!.has(name), "served", name);
      else {
        assert.match(name, /^trust\/./);
        for (const one of name.slice(6).split("+")) assert.ok(sds!.bundle(one), name);
      }
      assert.equal(after.clusters.filter((cluster) => cluster.name === "certgate_sds").length, 1);
    }
    if (readSnapshot(bytes).count("secrets") === 0) return;
    for (const { config: { name }, type } of downstream.filter(isAds)) {
      assert.equal(after.secrets.findLast((secret) => secret.name === name)?.type.case, type, name);
    }
    for (const { config: { name } } of upstream.filter(isAds)) {
      assert.ok(after.secrets.some((secret) => secret.name === name), name);
    }
  });
  assert.ok(asked > 10, "nothing was asked of certgate: the property says nothing");
});

Deno.test("applyPlan() writes the same sds_config for every name, and leaves all others", () => {
  const known = new Set<string>();
  check((delivered) => {
    const before = answerOf({
      ...delivered,
      answer: applyPlan(readSnapshot(delivered.bytes), { steps: [] }, { throwaways }),
    });
    const old = new Set([...before.downstream, ...before.upstream].map(sourceOf));
    const { downstream, upstream } = answerOf(delivered);
    for (const need of [...downstream, ...upstream]) {
      if (asksCertgate(need)) known.add(sourceOf(need));
      else assert.ok(old.has(sourceOf(need)));
    }
  });
  assert.equal(known.size, 1);
});

Deno.test("applyPlan() keeps every byte of what no step names, placeholders or not", () => {
  check(({ bytes, answer, plan }) => {
    const named = (list: string, index: number) =>
      plan.steps.some((step) => Reflect.get(step, list.slice(0, -1)) === index);
    const before = readSnapshot(bytes);
    for (const list of ["clusters", "secrets", "listeners", "routes"] as const) {
      before.resources(list).forEach((resource, index) => {
        if (!named(list, index)) assert.ok(Buffer.from(answer).includes(Buffer.from(resource)), list);
      });
    }
  });
});

Deno.test("planPrune() has nothing to do with its own answer, wherever placeholders were", () => {
  check(({ answer, sds, options }) => {
    const again = deliver(asRequest(answer), sds, options);
    assert.deepEqual(again.plan.steps, []);
    assert.deepEqual(Buffer.from(again.answer), Buffer.from(answer));
  });
});

/** The answer as a request: the number of each list is one higher there. */
function asRequest(answer: Uint8Array): Uint8Array {
  const bytes = Buffer.concat([Uint8Array.of(10, 0), answer]);
  for (let at = 2; at < bytes.length;) {
    bytes[at] += 8;
    let length = 0;
    for (let shift = 0;; shift += 7) {
      const byte = bytes[++at];
      length += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) break;
    }
    at += 1 + length;
  }
  return bytes;
}
