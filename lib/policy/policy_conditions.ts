import type { BareCondition, ObjectName, PolicySet } from "../model/mod.ts";
import { refusedCondition } from "./_accepted.ts";
import type { PolicyIndex } from "./policy_index.ts";

/** What is said of one object. */
export interface PolicyReport extends ObjectName {
  /** E.g. `TrafficProtectionPolicy`. */
  readonly kind: string;
  /** The generation in use; as it is written where nothing is, `null` where none is written. */
  readonly generation: number | null;
  /** Whether something of it is in use. */
  readonly inUse: boolean;
  /** `Accepted`. */
  readonly conditions: readonly BareCondition[];
}

/**
 * What is said of every policy, in the order in which they are asked, then of every object that is refused.
 *
 * `Accepted` is true with the reason `Accepted`; the message then names the policies that go before it at some of its targets. It is
 * false with `Invalid` (refused; an earlier version may be in use), `Conflicted` (other policies go before it at all of its
 * targets), `NoDirectives` (nothing to switch on) or `TargetNotFound` (nobody's namespace).
 *
 * @param set What the files say.
 * @param index The index that was made of it.
 */
export function policyConditions(set: PolicySet, index: PolicyIndex): readonly PolicyReport[] {
  const kind = "TrafficProtectionPolicy";
  const inUse = index.policies.map(({ entry: { namespace, name, generation }, accepted }) => ({
    kind,
    namespace,
    name,
    generation,
    inUse: true,
    conditions: [accepted],
  }));
  const refused = set.refused.filter((one) => one.kind !== kind || !one.held).map((one) => ({
    kind: one.kind,
    namespace: one.namespace,
    name: one.name,
    generation: one.generation,
    inUse: one.held,
    conditions: [refusedCondition(one)],
  }));
  return [...inUse, ...refused];
}
