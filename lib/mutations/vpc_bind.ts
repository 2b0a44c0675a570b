import type { ClusterView } from "../xds/mod.ts";
import { clusterPlace } from "./_places.ts";
import type { PolicyContext } from "./policy_context.ts";
import type { Job, Run } from "./_run.ts";

/**
 * Binds the sockets of clusters to the device of their tenant's network.
 *
 * - What the cluster said of binding before is replaced; the rest of it stays.
 * - A cluster that is bound to that device and to nothing else gets no step.
 * - A cluster that does not read is reported as `malformed` and goes out as it came.
 */
export function planVpcBinds(run: Run): void {
  const { snapshot, index } = run.context;
  if (index.devices === 0) return;
  for (const cluster of snapshot.clusters) run.attempt(cluster, BIND);
}

/** Whether the mutation is responsible for a cluster. */
export function isBound({ name }: ClusterView, { index }: PolicyContext): boolean {
  return index.device(name) !== null;
}

const BIND: Job<ClusterView> = {
  target: (cluster) => ({ kind: "cluster", ...clusterPlace(cluster) }),
  plan(cluster, run) {
    const device = run.context.index.device(cluster.name);
    if (device === null) return;
    if (cluster.malformed) return run.skip(this.target(cluster), "the cluster");
    if (run.context.snapshot.clusterDetails(cluster.index).bindDevice === device) return;
    run.add({ kind: "bind_cluster", ...clusterPlace(cluster), device });
  },
};
