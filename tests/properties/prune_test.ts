/**
 * What holds for every snapshot, whatever is in it (design: closure, innocence, proof, no empty listener; and order,
 * idempotence, `sds_config`). The checks decode the answer with the generated types and share no code with lib/xds.
 */
import assert from "node:assert/strict";
import fc from "fast-check";
import { fromBinary, toBinary } from "@bufbuild/protobuf";
import { type Any, anyUnpack } from "@bufbuild/protobuf/wkt";
import type { Plan, Step } from "../../lib/model/mod.ts";
import { planPrune, type PruneOptions } from "../../lib/mutations/mod.ts";
import { applyPlan, readSnapshot } from "../../lib/xds/mod.ts";
import { ConfigSourceSchema } from "../../proto/gen/envoy/config/core/v3/config_source_pb.ts";
import type { TransportSocket } from "../../proto/gen/envoy/config/core/v3/base_pb.ts";
import type { FilterChain } from "../../proto/gen/envoy/config/listener/v3/listener_components_pb.ts";
import type { Listener } from "../../proto/gen/envoy/config/listener/v3/listener_pb.ts";
import type {
  SdsSecretConfig,
  Secret,
} from "../../proto/gen/envoy/extensions/transport_sockets/tls/v3/secret_pb.ts";
import type { CommonTlsContext } from "../../proto/gen/envoy/extensions/transport_sockets/tls/v3/tls_pb.ts";
import type { TlsCertificate } from "../../proto/gen/envoy/extensions/transport_sockets/tls/v3/common_pb.ts";
import type { PostTranslateModifyResponse } from "../../proto/gen/extension/service_pb.ts";
import {
  PostTranslateModifyRequestSchema,
  PostTranslateModifyResponseSchema,
  registry,
  requestBytes,
} from "../golden/build.ts";
import { throwaways, verdictOfWord } from "../golden/words.ts";
import { anyOptions, anyRequest } from "./arbitrary_snapshot.ts";

type Options = Omit<PruneOptions, "throwaways">;

interface Pruned {
  readonly bytes: Uint8Array;
  readonly plan: Plan;
  readonly answer: Uint8Array;
  readonly before: PostTranslateModifyResponse;
  readonly after: PostTranslateModifyResponse;
}

function prune(bytes: Uint8Array, options: Options): Pruned {
  const snapshot = readSnapshot(bytes);
  const plan = planPrune(snapshot, verdictOfWord, { ...options, throwaways });
  const answer = applyPlan(snapshot, plan, { throwaways });
  const { clusters, secrets, listeners, routes } = fromBinary(PostTranslateModifyRequestSchema, bytes);
  const before = fromBinary(
    PostTranslateModifyResponseSchema,
    toBinary(PostTranslateModifyResponseSchema, {
      $typeName: "envoygateway.extension.PostTranslateModifyResponse",
      clusters,
      secrets,
      listeners,
      routes,
    }),
  );
  return { bytes, plan, answer, before, after: fromBinary(PostTranslateModifyResponseSchema, answer) };
}

/** The answer as the request of a next call, byte for byte but for the numbers in front of the resources. */
function asRequest(answer: Uint8Array): Uint8Array {
  const bytes = Uint8Array.from(answer);
  for (const at of tagsOf(answer)) bytes[at] += 8;
  return bytes;
}

function check(property: (pruned: Pruned, options: Options) => void): void {
  fc.assert(
    fc.property(
      anyRequest,
      anyOptions,
      (request, options) => property(prune(requestBytes(request), options), options),
    ),
    { numRuns: 500 },
  );
}

function contextOf(socket: TransportSocket | undefined): CommonTlsContext | undefined {
  if (socket?.configType.case !== "typedConfig") return undefined;
  const config = anyUnpack(socket.configType.value as Any, registry) as unknown as {
    commonTlsContext?: CommonTlsContext;
    downstreamTlsContext?: { commonTlsContext?: CommonTlsContext };
  };
  return config.commonTlsContext ?? config.downstreamTlsContext?.commonTlsContext;
}

const chainsOf = ({ filterChains, defaultFilterChain }: Listener): FilterChain[] =>
  defaultFilterChain ? [...filterChains, defaultFilterChain] : filterChains;

function downstreamContexts({ listeners }: PostTranslateModifyResponse): CommonTlsContext[] {
  return listeners.flatMap(chainsOf).flatMap((chain) => contextOf(chain.transportSocket) ?? []);
}

function upstreamContexts({ clusters }: PostTranslateModifyResponse): CommonTlsContext[] {
  return clusters.flatMap((cluster) =>
    [cluster.transportSocket, ...cluster.transportSocketMatches.map((match) => match.transportSocket)]
      .flatMap((socket) => contextOf(socket) ?? [])
  );
}

interface Needs {
  readonly config: SdsSecretConfig;
  readonly type: "tlsCertificate" | "validationContext";
}

function needsOf(context: CommonTlsContext): Needs[] {
  const { tlsCertificateSdsSecretConfigs: certificates, validationContextType: validation } = context;
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

const isAds = ({ config }: Needs) => config.sdsConfig?.configSourceSpecifier.case === "ads";

function firstWord(certificate: TlsCertificate | { trustedCa?: TlsCertificate["certificateChain"] }): string {
  const source = "certificateChain" in certificate
    ? certificate.certificateChain
    : (certificate as { trustedCa?: TlsCertificate["certificateChain"] }).trustedCa;
  const value = source?.specifier.value ?? "";
  return (typeof value === "string" ? value : new TextDecoder().decode(value)).split(" ")[0];
}

/** What Envoy refuses; what is merely outside its dates or temporary does load. */
const isRefused = (secret: Secret) =>
  secret.type.case !== "genericSecret" && firstWord(secret.type.value!) === "refused";
const isWithheld = (word: string) => ["refused", "expired", "early", "temporary"].includes(word);

Deno.test("planPrune() closes the answer: what is referred to is there, of the right kind, and loads", () => {
  check(({ plan, after }, { neverGate }) => {
    if (plan.findings.some((one) => one.kind === "incomplete_input" && one.list === "secrets")) return;
    if (after.secrets.length === 0) return;
    for (const secret of after.secrets) {
      assert.ok(!isRefused(secret), `${secret.name} is refused and still there`);
    }
    for (const need of downstreamContexts(after).flatMap(needsOf).filter(isAds)) {
      const named = after.secrets.filter(({ name }) => name === need.config.name);
      const last = named.at(-1);
      assert.equal(last?.type.case, need.type, need.config.name);
      const words = named.flatMap(({ type }) =>
        type.case === "genericSecret" ? [] : [firstWord(type.value!)]
      );
      if (!neverGate?.has(need.config.name)) assert.ok(!words.some(isWithheld), need.config.name);
    }
    for (const need of upstreamContexts(after).flatMap(needsOf).filter(isAds)) {
      assert.ok(after.secrets.some(({ name }) => name === need.config.name), need.config.name);
    }
  });
});

Deno.test("planPrune() leaves no inline material that Envoy refuses", () => {
  check(({ after }) => {
    for (const context of [...downstreamContexts(after), ...upstreamContexts(after)]) {
      const { validationContextType: validation } = context;
      const words = context.tlsCertificates.map(firstWord);
      if (validation.case === "validationContext") {
        words.push(firstWord({ trustedCa: validation.value.trustedCa }));
      }
      if (validation.case === "combinedValidationContext") {
        words.push(firstWord({ trustedCa: validation.value.defaultValidationContext?.trustedCa }));
      }
      assert.ok(!words.includes("refused"), words.join());
    }
  });
});

Deno.test("planPrune() never takes the last certificate or the client check off a chain that stays", () => {
  check(({ before, after }) => {
    const known = new Map(before.listeners.flatMap(chainsOf).map((chain) => [chain.name, chain]));
    for (const chain of after.listeners.flatMap(chainsOf)) {
      const now = contextOf(chain.transportSocket);
      const old = contextOf(known.get(chain.name)?.transportSocket);
      // A parked chain has no counterpart; a refusing one serves nothing.
      if (now === undefined || old === undefined || chain.filters[0].name !== "some.filter") continue;
      const count = (context: CommonTlsContext) =>
        context.tlsCertificates.length + context.tlsCertificateSdsSecretConfigs.length;
      assert.equal(count(now) > 0, count(old) > 0, chain.name);
      assert.equal(now.validationContextType.case, old.validationContextType.case, chain.name);
    }
  });
});

Deno.test("planPrune() sends no listener out empty that had a chain", () => {
  check(({ before, after, plan }) => {
    const gone = new Set(plan.steps.flatMap((step) => step.kind === "drop_listener" ? [step.listener] : []));
    const kept = before.listeners.filter((_listener, index) => !gone.has(index));
    assert.equal(after.listeners.length, kept.length);
    kept.forEach((listener, index) => {
      if (chainsOf(listener).length > 0) {
        assert.ok(chainsOf(after.listeners[index]).length > 0, listener.name);
      }
    });
  });
});

Deno.test("applyPlan() keeps every byte of what no step names, and the order of everything", () => {
  check(({ bytes, answer, plan }) => {
    const named = (list: string, index: number) =>
      plan.steps.some((step) => Reflect.get(step, list.slice(0, -1)) === index);
    const [before, after] = [readSnapshot(bytes), readResponse(answer)];
    for (const list of ["clusters", "secrets", "listeners", "routes"] as const) {
      const innocent = before.resources(list).filter((_bytes, index) => !named(list, index));
      const left = after[list].map((bytes) => Buffer.from(bytes).toString("hex"));
      let from = 0;
      for (const resource of innocent) {
        const at = left.indexOf(Buffer.from(resource).toString("hex"), from);
        assert.ok(at >= 0, `${list} lost or moved a resource that no step names`);
        from = at + 1;
      }
    }
  });
});

Deno.test("planPrune() has nothing to do with its own answer", () => {
  check((pruned, options) => {
    const again = prune(asRequest(pruned.answer), options);
    assert.deepEqual(again.plan.steps, []);
    assert.deepEqual(Buffer.from(again.answer), Buffer.from(pruned.answer));
  });
});

/** Which chain of a listener Envoy takes for a name, by the rules of its documentation; `undefined` for none. */
function chosen(listener: Listener, name: string): FilterChain | undefined {
  const labels = name.split(".");
  const patterns = [name, ...labels.map((_label, at) => `*.${labels.slice(at + 1).join(".")}`)];
  for (const pattern of patterns) {
    const found = listener.filterChains.find(({ filterChainMatch }) =>
      filterChainMatch?.serverNames.includes(pattern)
    );
    if (found) return found;
  }
  const any = listener.filterChains.find(({ filterChainMatch }) =>
    (filterChainMatch?.serverNames.length ?? 0) === 0
  );
  return any ?? listener.defaultFilterChain;
}

const portOf = ({ address }: Listener) =>
  address?.address.case === "socketAddress" ? address.address.value.portSpecifier.value : undefined;

Deno.test("planPrune() lets no certificate of a neighbour answer for a hostname that the gate leaves out", () => {
  check(({ before, after, plan }, { dark = [], onDark }) => {
    const added = plan.steps.filter((step) => step.kind === "add_refusing_chain");
    if (onDark === "wildcard") return assert.deepEqual(added, []);
    for (const { listener, hostnames } of added) {
      assert.deepEqual(hostnames, [...new Set(hostnames)].sort());
      const names = before.listeners[listener].filterChains.flatMap((chain) =>
        chain.filterChainMatch?.serverNames ?? []
      );
      for (const name of hostnames) {
        assert.ok(!names.includes(name), "Envoy refuses two chains with one match");
        assert.ok(plan.withheldHostnames.includes(name));
      }
    }
    for (const { hostname, port } of dark) {
      const name = hostname.toLowerCase();
      if (!/^(\*\.)?[a-z]+(\.[a-z]+)*$/.test(name)) continue;
      for (const listener of after.listeners.filter((one) => portOf(one) === port)) {
        const chain = chosen(listener, name);
        const exact = chain !== listener.defaultFilterChain &&
          chain?.filterChainMatch?.serverNames.includes(name);
        const serves = contextOf(chain?.transportSocket) !== undefined &&
          chain?.filters[0].name === "some.filter";
        assert.ok(exact || !serves, `${name} is answered by ${chain?.name}`);
      }
    }
  });
});

Deno.test("planPrune() adds refusing chains only for names, and in front of nobody else", () => {
  check(({ before, after, plan }, { dark = [] }) => {
    const steps = plan.steps.filter((step) => step.kind === "add_refusing_chain");
    for (const { listener, listenerName, blame, quic, inspect } of steps) {
      const names = new Set(dark.map(({ hostname }) => hostname.toLowerCase()));
      assert.ok(blame.every(({ hostnames }) => hostnames.every((name) => names.has(name))));
      const old = before.listeners[listener];
      const now = after.listeners.find((one) =>
        one.name === listenerName && one.filterChains.some((chain) => chain.name === `${listener}-0`) ||
        one.defaultFilterChain?.name === `${listener}-default`
      );
      if (now === undefined) continue;
      assert.equal(inspect, !quic && old.listenerFilters.length === 0);
      assert.equal(now.listenerFilters.length, quic ? old.listenerFilters.length : 1);
    }
  });
});

Deno.test("applyPlan() changes no sds_config", () => {
  check(({ before, after }) => {
    const configs = (answer: PostTranslateModifyResponse) =>
      [...downstreamContexts(answer), ...upstreamContexts(answer)].flatMap(needsOf).map(({ config }) =>
        `${config.name} ${Buffer.from(toBinary(ConfigSourceSchema, config.sdsConfig!)).toString("hex")}`
      );
    const known = new Set(configs(before));
    for (const config of configs(after)) assert.ok(known.has(config), config);
  });
});

Deno.test("planPrune() has proof: with no withheld verdict and no dangling name nothing changes", () => {
  fc.assert(fc.property(anyRequest, anyOptions, (request, options) => {
    const snapshot = readSnapshot(requestBytes(request));
    const plan = planPrune(snapshot, (material) => ({ ...verdictOfWord(material), action: "leave" }), {
      ...options,
      throwaways,
    });
    const known = new Set(snapshot.secrets.map(({ name }) => name));
    const allowed = (step: Step) =>
      step.kind === "add_secret" ? !known.has(step.name) : step.kind === "add_refusing_chain" ||
        "blame" in step && step.blame.every(({ verdict }) => verdict.cause === "secret_missing");
    assert.ok(plan.steps.every(allowed), JSON.stringify(plan.steps));
  }));
});

Deno.test("planPrune() and applyPlan() answer any bytes, and whatever is cut or flipped in good ones", () => {
  const about = { port: 443, reason: "Expired", cause: "expired", message: "", secret: "" } as const;
  const dark = ["a.x.test", "q.test"].map((hostname) => ({ ...about, hostname }));
  const hostile = (bytes: Uint8Array) => {
    const snapshot = readSnapshot(bytes);
    const plan = planPrune(snapshot, verdictOfWord, { throwaways, dark });
    applyPlan(snapshot, plan, { throwaways });
  };
  fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), hostile), { numRuns: 2000 });
  const edits = fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 4 });
  fc.assert(
    fc.property(anyRequest, edits, (request, edits) => {
      const bytes = requestBytes(request);
      for (const [at, value] of edits) bytes[at % bytes.length] = value;
      hostile(bytes);
    }),
    { numRuns: 2000 },
  );
});

/** Where each resource of a response begins, by the plainest reading there is. */
function tagsOf(bytes: Uint8Array): number[] {
  return resourcesOf(bytes).map(({ at }) => at);
}

function readResponse(bytes: Uint8Array) {
  const list = (number: number) =>
    resourcesOf(bytes).filter((one) => one.number === number).map((one) => one.value);
  return { clusters: list(1), secrets: list(2), listeners: list(3), routes: list(4) };
}

function resourcesOf(bytes: Uint8Array): { at: number; number: number; value: Uint8Array }[] {
  const found = [];
  for (let next = 0; next < bytes.length;) {
    const at = next;
    let from = at + 1;
    let length = 0;
    for (let shift = 0;; shift += 7) {
      const byte = bytes[from++];
      length += (byte & 0x7f) << shift;
      if (byte < 0x80) break;
    }
    next = from + length;
    found.push({ at, number: bytes[at] >> 3, value: bytes.subarray(from, next) });
  }
  return found;
}
