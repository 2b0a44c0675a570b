import type { Span } from "./_span.ts";

/** Where a cluster leads that certgate has made. */
export interface TunnelView {
  /** `host:port` of what the tunnel ends at. */
  readonly address: string;
  /** May be empty. */
  readonly nodeId: string;
  /** Name of the internal listener that is the tunnel's entrance. */
  readonly listener: string;
}

/** What tells whether a cluster already is as a policy wants it. */
export interface ClusterDetails {
  /** Device that its sockets are bound to, where that is all that is said of binding; else `null`. */
  readonly bindDevice: string | null;
  /** Where the cluster is exactly what a `replace_cluster` step makes: with what; else `null`. */
  readonly isTunnel: TunnelView | null;
}

/** Reads what policies may have written into an `envoy.config.cluster.v3.Cluster`. */
export function readClusterDetails(_cluster: Span): ClusterDetails {
  return { bindDevice: null, isTunnel: null };
}
