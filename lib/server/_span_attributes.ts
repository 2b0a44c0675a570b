import type { Plan } from "../model/mod.ts";
import type { Snapshot } from "../xds/mod.ts";
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

/** What the span of the pruning says of a plan: the same numbers and names as the log line. */
export function pruneAttributes(plan: Plan): Attributes {
  return {
    "tls.pruned_chains": plan.counts.prunedChains,
    "tls.pruned_secrets": plan.counts.prunedSecrets,
    "tls.listeners_left_intact": leftIntact(plan),
    "tls.dropped_names": [...plan.withheldHostnames],
  };
}
