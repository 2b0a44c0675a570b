import { readBindDevice } from "./_bind.ts";
import type { Span } from "./_span.ts";
import { readTunnel, type TunnelView } from "./_tunnel.ts";

/** What tells whether a cluster already is as a policy wants it. */
export interface ClusterDetails {
  /** Device that its sockets are bound to, where that is all that is said of binding; else `null`. */
  readonly bindDevice: string | null;
  /** Where the cluster is exactly what a `replace_cluster` step makes: with what; else `null`. */
  readonly isTunnel: TunnelView | null;
}

/** Reads what policies may have written into an `envoy.config.cluster.v3.Cluster`. */
export function readClusterDetails(cluster: Span): ClusterDetails {
  return { bindDevice: readBindDevice(cluster), isTunnel: readTunnel(cluster) };
}
