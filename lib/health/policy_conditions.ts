import type { BareCondition, PolicyDelivery } from "../model/mod.ts";

/** What the condition `Programmed` of a policy depends on. */
export interface PolicyProgress {
  /** The condition `Accepted` of the object as it is written now. */
  readonly accepted: BareCondition;
  /** Whether the object as it is written now is the one in use. */
  readonly inUse: boolean;
  /** Whether it has directives; without any it never reaches a proxy. */
  readonly hasDirectives: boolean;
  /** Whether the Coraza filter is put into listeners. */
  readonly waf: boolean;
  /** Why Envoy would refuse the filter; empty if nothing is known against it. */
  readonly wafProblem: string;
  /** How far the Envoys are with it. */
  readonly delivery: PolicyDelivery;
}

/**
 * The condition `Programmed` of a policy.
 *
 * - True is said once every Envoy that was given it has taken an update of routes since, and refused none. Which of
 *   several updates it was an Envoy does not tell.
 * - Where no Envoy is asked, True is said after the answer, and the message says so.
 */
export function policyProgrammed(progress: PolicyProgress): BareCondition {
  const { accepted, inUse, hasDirectives, waf, wafProblem, delivery } = progress;
  if (!inUse) return no("Invalid", accepted.message);
  if (!hasDirectives) {
    return no("NoDirectives", accepted.message === "" ? "It switches nothing on." : accepted.message);
  }
  if (!waf) return no("FilterOff", "The Coraza filter is switched off in the configuration.");
  if (wafProblem !== "") return no("FilterOff", wafProblem);
  switch (delivery) {
    case "served":
      return yes("");
    case "unknown":
      return yes("It is in the latest answers; no proxy is asked whether it took them.");
    case "waiting":
      return no("Pending", "The proxy has not taken it over yet.");
    case "unused":
      return no("NotAttached", "The latest answers have no route that it governs.");
    case "refused":
      return no("Refused", "The proxy has refused an update since it was given this policy.");
  }
}

function yes(message: string): BareCondition {
  return { type: "Programmed", status: "True", reason: "Programmed", message };
}

function no(reason: string, message: string): BareCondition {
  return { type: "Programmed", status: "False", reason, message };
}
