import { POLICY_KINDS, type PolicyStatus } from "../model/mod.ts";
import type { MetricName } from "./metric_families.ts";
import type { Metrics } from "./metrics.ts";

/**
 * Shows what is known of policy objects; what is gone is gone, not 0.
 *
 * @param status `null` where there is no policy.
 */
export function showPolicy(metrics: Metrics, status: PolicyStatus | null): void {
  const policies = status?.policies ?? [], connectors = status?.connectors ?? [];
  for (const kind of POLICY_KINDS) {
    metrics.set("certgate_policy_objects", status?.objects[kind] ?? 0, { kind });
  }
  metrics.set("certgate_policy_findings", status?.findings.length ?? 0);
  metrics.set("certgate_policy_refused_objects", status?.refused ?? 0);
  metrics.set("certgate_policy_filter_missing", status?.wafProblem ? 1 : 0);
  const online = connectors.filter((connector) => connector.online).length;
  metrics.set("certgate_connectors", online, { state: "online" });
  metrics.set("certgate_connectors", connectors.length - online, { state: "offline" });
  const generations = (name: MetricName, of: (policy: PolicyStatus["policies"][number]) => number | null) =>
    metrics.replace(
      name,
      policies.flatMap((policy) => {
        const value = of(policy);
        return value === null ? [] : [{ labels: { namespace: policy.namespace, name: policy.name }, value }];
      }),
    );
  generations("certgate_tpp_cache_generation", ({ inUse }) => inUse);
  generations("certgate_tpp_applied_generation", ({ applied }) => applied);
}
