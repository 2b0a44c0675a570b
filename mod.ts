/**
 * certgate as a library: judge certificate pairs as Envoy does, plan what Envoy Gateway is given, and prune from a
 * snapshot what Envoy would refuse.
 *
 * @example Judge a pair
 * ```ts
 * import { judge, KeyMaterial, readFacts } from "./mod.ts";
 *
 * const text = (value: string) => new TextEncoder().encode(value);
 * const facts = readFacts({ certificate: text(""), key: new KeyMaterial(text("")) });
 * const verdict = judge(facts, Date.parse("2030-01-01T00:00:00Z"));
 * console.log(verdict.action, verdict.reason); // "withhold" "Missing"
 * ```
 *
 * @module
 */
export * from "./lib/model/mod.ts";
export {
  canonicalPair,
  keepMembers,
  makeSelfSigned,
  readFacts,
  readTrust,
  type SelfSignedOptions,
  splitCombined,
} from "./lib/pki/mod.ts";
export {
  type AdviceOptions,
  adviseWarnings,
  applyAnswer,
  type ArrivedPair,
  certificateReady,
  certificatesReady,
  type Choice,
  type ChooseOptions,
  choosePair,
  describe,
  type EnvoyAnswer,
  judge,
  type JudgedPair,
  judgeTrust,
  listenerConditions,
  type ValidityDates,
} from "./lib/health/mod.ts";
export * from "./lib/xds/mod.ts";
export * from "./lib/mutations/mod.ts";
export * from "./lib/policy/mod.ts";
export * from "./lib/gate/mod.ts";
export {
  checkObject,
  type ObjectProblem,
  type PolicyFiles,
  readPolicies,
  readResources,
  type ResourceSet,
  type ResourceText,
} from "./lib/resources/mod.ts";
