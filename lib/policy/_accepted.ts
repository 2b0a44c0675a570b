import type {
  BareCondition,
  PolicyEntry,
  PolicyTarget,
  RefusedPolicyObject,
  TrafficProtectionPolicy,
} from "../model/mod.ts";
import { isInverted } from "./_directives.ts";

/** More are nothing that anybody reads. */
const MOST_TARGETS = 3;

/** A target at which another policy goes before. */
export interface Overridden {
  readonly target: PolicyTarget;
  readonly by: PolicyEntry;
}

/** What decides about the condition of a policy in use. */
export interface PolicyFate {
  /** Why its text is not used as it is; `null` where it is. */
  readonly refused: RefusedPolicyObject | null;
  /** Whether a namespace of this host stands for the one that it is in. */
  readonly reachable: boolean;
  /** Its effective namespace. */
  readonly namespace: string;
  readonly overridden: readonly Overridden[];
}

/**
 * The condition `Accepted` of a policy that is in use. Whether its targets are there is not known here.
 *
 * It is false where a person has to do something: the text is refused, or the policy does nothing although it says so.
 */
export function acceptedOf(policy: TrafficProtectionPolicy, fate: PolicyFate): BareCondition {
  const { refused, reachable, namespace, overridden } = fate;
  if (refused !== null) return refusedCondition(refused);
  if (!reachable) {
    return accepted(
      "TargetNotFound",
      `It applies to nothing: no Namespace of this host stands for ${quoted(namespace)}.`,
    );
  }
  if (overridden.length > 0 && overridden.length === policy.targets.length) {
    return accepted("Conflicted", `It applies to nothing: ${listOf(overridden)} before it.`);
  }
  if (policy.ruleSet === null) {
    return accepted(
      "NoDirectives",
      "It protects nothing, and keeps other policies from its targets: it has no rule set.",
    );
  }
  if (isInverted(policy)) {
    const { detection, blocking } = policy.ruleSet;
    const why =
      `its paranoia level for detection (${detection}) is lower than the one for blocking (${blocking})`;
    return accepted(
      "NoDirectives",
      `It protects nothing, and keeps other policies from its targets: ${why}.`,
    );
  }
  return accepted(
    "Accepted",
    overridden.length === 0 ? "" : `At some of its targets ${listOf(overridden)} before it.`,
  );
}

/** The condition `Accepted` of an object that is not used as it is written. */
export function refusedCondition({ message, held }: RefusedPolicyObject): BareCondition {
  const fate = held ? "Its last good version stays in use" : "Nothing of it is in use";
  return accepted("Invalid", `${fate}: ${message}.`);
}

function accepted(reason: string, message: string): BareCondition {
  return { type: "Accepted", status: reason === "Accepted" ? "True" : "False", reason, message };
}

function listOf(overridden: readonly Overridden[]): string {
  const shown = overridden.slice(0, MOST_TARGETS).map(({ target, by }) =>
    `${quoted(`${by.namespace}/${by.name}`)} for ${showTarget(target)}`
  );
  const more = overridden.length - shown.length;
  const all = more > 0 ? [...shown, `${more} more`] : shown;
  return `${all.join(", ")} ${overridden.length === 1 ? "comes" : "come"}`;
}

function showTarget({ kind, name, sectionName }: PolicyTarget): string {
  return `${kind} ${quoted(sectionName === "" ? name : `${name}/${sectionName}`)}`;
}

function quoted(text: string): string {
  return JSON.stringify(text);
}
