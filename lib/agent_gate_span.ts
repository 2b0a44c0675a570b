import type { GatePlan } from "./model/mod.ts";

/** What the span of a pass of the gate says: counts, and the names that are without HTTPS. */
export function reconcileAttributes(
  plan: GatePlan,
): Record<string, number | string[]> {
  const judged = plan.listeners.filter(({ managed }) => managed);
  const withheld = judged.filter(({ published }) => published === null);
  return {
    "gate.gateways": plan.gateways.length,
    "gate.listeners_managed": judged.length,
    "gate.listeners_withheld": withheld.length,
    "gate.withheld_names": [...new Set(withheld.map(({ hostname }) => hostname))].sort(),
  };
}
