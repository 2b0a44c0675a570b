import * as z from "zod";
import type { CoreRuleSet, PolicyTarget, ProxyBackend } from "../model/mod.ts";
import { isDnsSubdomain } from "./_formats.ts";

// Only what is read is described; whatever else an object has is passed over. What has a message of its own here says what is
// wrong, then what to do; a bound says what to do.

/** A member that may be left out; null means the same. */
function optional<T extends z.ZodType, D>(schema: T, standing: D) {
  return schema.nullish().transform((value): z.output<T> | D => value ?? standing);
}

const whole = (least: number, most: number) =>
  z.number().refine(Number.isInteger, { error: "is not a whole number", abort: true }).min(
    least,
    `${least} is the least`,
  ).max(most, `${most} is the most`);

const someName = z.string().min(1, "a name is needed").max(253, "253 characters are the most");

const target = z.object({
  group: z.literal("gateway.networking.k8s.io"),
  kind: z.enum(["Gateway", "HTTPRoute"]),
  name: someName,
  sectionName: optional(
    z.string().refine(
      isDnsSubdomain,
      "is not the name of a listener or a rule; leave it out to mean all of them",
    ),
    "",
  ),
}).transform(({ kind, name, sectionName }): PolicyTarget => ({ kind, name, sectionName }));

/** Each `n-m` with m > n; the numbers have ten digits at most. */
const range = z.string().refine((text) => {
  const [, least, most] = /^(\d{1,10})-(\d{1,10})$/.exec(text) ?? [];
  return Number(most) > Number(least);
}, "is not a range of rules; write for instance 942100-942199, the larger number behind");

const upTo100 = <T extends z.ZodType>(entry: T) => z.array(entry).max(100, "100 entries are the most");

const coreRuleSet = z.object({
  paranoiaLevels: z.object({
    blocking: optional(whole(1, 4), 1),
    detection: optional(whole(1, 4), 1),
  }).nullish(),
  scoreThresholds: z.object({
    inbound: optional(whole(1, 10_000), 5),
    outbound: optional(whole(1, 10_000), 4),
  }).nullish(),
  ruleExclusions: z.object({
    tags: optional(
      upTo100(
        z.string().regex(/^[A-Za-z0-9_\-/]+$/, "is not a tag; letters, digits, _, - and / are allowed"),
      ),
      [],
    ),
    // Coraza refuses what is no positive number, and Envoy with it the whole snapshot.
    ids: optional(upTo100(whole(1, 9_999_999_999)), []),
    idRanges: optional(upTo100(range), []),
  }).nullish(),
}).transform(({ paranoiaLevels, scoreThresholds, ruleExclusions }): CoreRuleSet => ({
  blocking: paranoiaLevels?.blocking ?? 1,
  detection: paranoiaLevels?.detection ?? 1,
  inbound: scoreThresholds?.inbound ?? 5,
  outbound: scoreThresholds?.outbound ?? 4,
  tags: ruleExclusions?.tags ?? [],
  ids: ruleExclusions?.ids ?? [],
  idRanges: ruleExclusions?.idRanges ?? [],
}));

const ruleSets = z.array(z.object({
  type: z.literal("OWASPCoreRuleSet"),
  owaspCoreRuleSet: coreRuleSet.nullish(),
})).min(1, "at least one is needed").max(16, "16 entries are the most").check(({ value, issues }) => {
  if (value.length < 2) return;
  issues.push({
    code: "custom",
    path: [1],
    message: "the rule set OWASPCoreRuleSet is there already; keep one of them",
    input: value,
  });
});

/** A TrafficProtectionPolicy, its defaults filled in. */
export const policyObject = z.object({
  spec: z.object({
    targetRefs: z.array(target).min(1, "at least one is needed"),
    mode: optional(z.enum(["Observe", "Enforce", "Disabled"]), "Observe" as const),
    samplingPercentage: optional(whole(1, 100), 100),
    ruleSets: ruleSets.nullish(),
  }),
}).transform(({ spec: { targetRefs, mode, samplingPercentage, ruleSets } }) => {
  const ruleSet: CoreRuleSet | null = ruleSets?.[0].owaspCoreRuleSet ?? coreRuleSet.parse({});
  return { targets: targetRefs, mode, samplingPercentage, ruleSet };
});

const backend = z.object({
  endpoint: optional(z.string(), ""),
  connector: z.object({ name: someName }).nullish(),
  instance: z.object({ name: someName, port: whole(1, 65_535).nullish() }).nullish(),
}).transform(({ endpoint, connector, instance }): ProxyBackend => ({
  endpoint,
  connector: connector?.name ?? null,
  instance: instance?.name ?? null,
}));

/** An HTTPProxy. */
export const proxyObject = z.object({
  spec: z.object({
    rules: optional(
      z.array(
        z.object({ backends: optional(z.array(backend).max(1, "one is the most"), []) })
          .transform(({ backends }): readonly ProxyBackend[] => backends),
      ),
      [],
    ),
  }).nullish(),
}).transform(({ spec }) => ({ rules: spec?.rules ?? [] }));

/** What is read of the status of a Connector. Members that are not read may be anything. */
export const connectorStatus = z.object({
  conditions: z.array(z.object({ type: z.string(), status: z.string() })).nullish(),
  connectionDetails: z.object({
    type: z.string().nullish(),
    publicKey: z.object({ id: z.string().nullish() }).nullish(),
  }).nullish(),
});

/** A Connector. */
export const connectorObject = z.object({ status: connectorStatus.nullish() })
  .transform(() => ({}));

/** A Namespace or an EndpointSlice, of which only labels are read. */
export const labelledObject = z.object({}).transform(() => ({}));
