import type { DependentStatus } from "./model/mod.ts";
import type { Dependent } from "./resources/mod.ts";
import type { DependentMarker, DependentProbe } from "./rotation/mod.ts";
import { rfc3339 } from "./agent_names.ts";

/** What is known of a dependent, as `/v1/status` shows it. */
export function dependentStatus(
  { name, instances }: Dependent,
  marker: DependentMarker | null,
  probe: DependentProbe | null,
): DependentStatus {
  return {
    name,
    single: instances.length === 1,
    state: marker?.state ?? "none",
    fingerprint: marker?.fingerprint ?? "",
    retryAt: marker?.retryAt == null ? null : rfc3339(marker.retryAt),
    instances: Object.entries(marker?.instances ?? {}).map(([instance, { outcome, message }]) => ({
      instance,
      outcome,
      message,
    })),
    probe: probe === null ? null : { state: probe.state, message: probe.message },
  };
}
