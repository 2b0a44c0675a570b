import { type Metrics, showGate, type StatusKeeper } from "./outputs/mod.ts";
import type { GateStatus } from "./model/mod.ts";
import type { GateSds } from "./agent_gate_parts.ts";
import type { DeliveryTracker } from "./agent_delivery.ts";
import { type GateView, makeStatus } from "./agent_status.ts";

/**
 * Shows a view in the metrics and in the status file.
 *
 * @param evaluated Whether verdicts were made anew, rather than only Envoy looked at.
 * @returns The status that was made of it.
 */
export function showView(
  view: GateView,
  { keeper, metrics, clock, delivery, sds, evaluated }: {
    readonly keeper: StatusKeeper;
    readonly metrics: Metrics;
    /** Milliseconds since the epoch. */
    readonly clock: () => number;
    readonly delivery: DeliveryTracker;
    readonly sds: Pick<GateSds, "isAsked">;
    readonly evaluated: boolean;
  },
): GateStatus {
  const status = makeStatus(view, { keeper, delivery, sds, now: clock() });
  showGate(metrics, {
    plan: view.plan,
    pairs: view.pairs,
    sources: view.sources,
    findings: view.findings.length,
    pendingSince: delivery.pendingSince(),
    converged: status.converged,
    clockWrong: view.doubt !== "",
    evaluated,
  });
  keeper.write(status);
  return status;
}
