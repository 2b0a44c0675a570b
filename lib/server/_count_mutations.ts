import type { PolicyStep } from "../model/mod.ts";
import type { Metrics } from "../outputs/mod.ts";
import type { PlannedMutation } from "./_plan_policy.ts";
import type { HookFailure } from "./hook_failure.ts";

/** How much of each kind policy objects have changed. */
export interface MutationCounts {
  /** HTTP connection managers with the Coraza filter. */
  readonly wafListener: number;
  /** HTTP connection managers with a local reply. */
  readonly localReply: number;
  /** Routes with the directives of a policy. */
  readonly wafRoute: number;
  /** Clusters that lead into a tunnel. */
  readonly connectorClusters: number;
  /** Virtual hosts with a route for CONNECT to a tunnel. */
  readonly connectorRoutes: number;
  /** Routes that answer 503 because their connector is offline, those for CONNECT included. */
  readonly connectorOffline: number;
  /** Clusters bound to a device. */
  readonly vpcBind: number;
}

type Steps = readonly { readonly steps: readonly PolicyStep[] }[];

/** Adds up the steps of mutations. */
export function countMutations(mutations: Steps): MutationCounts {
  const counts = {
    wafListener: 0,
    localReply: 0,
    wafRoute: 0,
    connectorClusters: 0,
    connectorRoutes: 0,
    connectorOffline: 0,
    vpcBind: 0,
  };
  for (const { steps } of mutations) {
    for (const step of steps) {
      if (step.kind === "insert_waf_filter") counts.wafListener++;
      else if (step.kind === "set_local_reply") counts.localReply++;
      else if (step.kind === "stamp_route") counts.wafRoute += step.policy === null ? 0 : 1;
      else if (step.kind === "replace_cluster") counts.connectorClusters++;
      else if (step.kind === "add_connect_route") counts.connectorRoutes++;
      else if (step.kind === "add_offline_route" || step.kind === "refuse_route") counts.connectorOffline++;
      else if (step.kind === "bind_cluster") counts.vpcBind++;
    }
  }
  return counts;
}

/** Writes down what was changed. */
export function showMutations(metrics: Metrics, counts: MutationCounts): void {
  metrics.add("certgate_waf_hcm_mutations_total", {}, counts.wafListener);
  metrics.add("certgate_local_reply_mutations_total", {}, counts.localReply);
  metrics.add("certgate_waf_route_mutations_total", {}, counts.wafRoute);
  metrics.add("certgate_connector_clusters_replaced_total", {}, counts.connectorClusters);
  metrics.add("certgate_connector_routes_applied_total", {}, counts.connectorRoutes);
  metrics.add("certgate_connector_offline_routes_total", {}, counts.connectorOffline);
  metrics.add("certgate_vpcpod_socket_bind_total", {}, counts.vpcBind);
}

/** Writes down what failed, and what was done about it. */
export function showFailures(metrics: Metrics, failures: readonly HookFailure[]): void {
  const reverted = new Set<string>();
  for (const { mutation, kind, action } of failures) {
    if (mutation === null) continue;
    metrics.add("certgate_mutation_failures_total", { mutation, kind, action });
    if (action !== "closed") reverted.add(mutation);
  }
  for (const mutation of reverted) metrics.add("certgate_mutation_reverted_total", { mutation });
}

/** "namespace/name" → generation of every policy that routes of an answer carry. */
export function appliedPolicies(mutations: readonly PlannedMutation[]): Map<`${string}/${string}`, number> {
  const entries = mutations.flatMap(({ applied }) => applied);
  return new Map(entries.map(({ namespace, name, generation }) => [`${namespace}/${name}`, generation]));
}
