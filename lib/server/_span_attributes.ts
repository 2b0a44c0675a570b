import type { Plan, PolicyMutation, PolicyStep } from "../model/mod.ts";
import type { Snapshot } from "../xds/mod.ts";
import { countMutations } from "./_count_mutations.ts";
import { leftIntact } from "./_withheld.ts";

type Attributes = Record<string, number | string[]>;

/** What the span of a call says of its snapshot. Routes are not counted one by one: they would have to be decoded. */
export function snapshotAttributes(snapshot: Snapshot): Attributes {
  return {
    "xds.clusters": snapshot.count("clusters"),
    "xds.listeners": snapshot.count("listeners"),
    "xds.route_configs": snapshot.count("routes"),
  };
}

/** How many routes there are; only asked for where policy objects look at them anyway. */
export function routeAttributes({ routeConfigs }: Snapshot): Attributes {
  let routes = 0;
  for (const { virtualHosts } of routeConfigs) for (const host of virtualHosts) routes += host.routes.length;
  return { "xds.routes_total": routes };
}

/** Names of the spans of mutations. */
export const MUTATION_SPANS: Readonly<Record<PolicyMutation, string>> = {
  wafListener: "tpp.listeners",
  localReply: "tpp.local_reply",
  wafRoute: "tpp.routes",
  connectorClusters: "connector.clusters",
  connectorRoutes: "connector.routes",
  vpcBind: "vpcpod.clusters",
};

/** What the span of a mutation says of its steps. */
export function mutationAttributes(
  result: { readonly mutation: PolicyMutation; readonly steps: readonly PolicyStep[] },
): Attributes {
  const counts = countMutations([result]);
  switch (result.mutation) {
    case "wafListener":
      return { "hcm.injected": counts.wafListener };
    case "localReply":
      return { "hcm.local_reply_applied": counts.localReply };
    case "wafRoute":
      return { "routes.tpp_applied": counts.wafRoute };
    case "connectorClusters":
      return { "clusters.replaced": counts.connectorClusters };
    case "connectorRoutes":
      return {
        "vhosts.connector_applied": counts.connectorRoutes,
        "routes.connector_offline": counts.connectorOffline,
      };
    case "vpcBind":
      return { "clusters.bound": counts.vpcBind };
  }
}

/** What the span of the pruning says of a plan: the same numbers and names as the log line. */
export function pruneAttributes(plan: Plan): Attributes {
  return {
    "tls.pruned_chains": plan.counts.prunedChains,
    "tls.pruned_secrets": plan.counts.prunedSecrets,
    "tls.listeners_left_intact": leftIntact(plan),
    "tls.dropped_names": [...plan.withheldHostnames],
  };
}
