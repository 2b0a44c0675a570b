import type { ClusterView } from "../xds/mod.ts";
import { clusterPlace } from "./_places.ts";
import type { PolicyContext } from "./policy_context.ts";
import type { Job, Run } from "./_run.ts";

/**
 * Makes clusters of connectors that are online lead into the tunnel.
 *
 * - The cluster is replaced as a whole; only its name and its place in the list survive.
 * - The cluster of a connector that is offline stays as Envoy Gateway made it: `connectorRoutes` keeps requests from it.
 * - A cluster that leads there already gets no step.
 */
export function planConnectorClusters(run: Run): void {
  const { snapshot, index } = run.context;
  if (index.connectors === 0) return;
  for (const cluster of snapshot.clusters) run.attempt(cluster, REPLACE);
}

/** Whether the mutation is responsible for a cluster. */
export function isTunnelled({ name }: ClusterView, { index }: PolicyContext): boolean {
  return index.connector(name)?.online === true;
}

const REPLACE: Job<ClusterView> = {
  target: (cluster) => ({ kind: "cluster", ...clusterPlace(cluster) }),
  plan(cluster, run) {
    const { snapshot, index, settings: { tunnelListener } } = run.context;
    const tunnel = index.connector(cluster.name);
    if (tunnel === null || !tunnel.online) return;
    const is = snapshot.clusterDetails(cluster.index).isTunnel;
    if (
      is !== null && is.address === tunnel.address && is.nodeId === tunnel.nodeId &&
      is.listener === tunnelListener
    ) return;
    run.add({ kind: "replace_cluster", ...clusterPlace(cluster), tunnel, tunnelListener });
  },
};
