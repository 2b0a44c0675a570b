import { SDS_CLUSTER, type SdsView } from "../model/mod.ts";
import type { Snapshot, SocketView, TlsView } from "../xds/mod.ts";

const NONE: ReadonlySet<string> = new Set();

/**
 * Clusters that Envoy Gateway has made for Secrets of its own kind `gateway.envoyproxy.io/sds`, and that lead to
 * certgate's server. They have room for 1,024 secrets, and what refers to them does not say which version it speaks.
 */
export function ownClusters(snapshot: Snapshot, sds: SdsView | null): ReadonlySet<string> {
  if (sds?.cluster?.kind !== "unix") return NONE;
  const { path } = sds.cluster;
  const asked = askedClusters(snapshot);
  if (asked.size === 0) return NONE;
  return new Set(
    snapshot.clusters.filter(({ index, name }) => asked.has(name) && snapshot.clusterPipe(index) === path)
      .map(({ name }) => name),
  );
}

function askedClusters({ listeners, clusters }: Snapshot): Set<string> {
  const asked = new Set<string>();
  const look = ({ socket }: { readonly socket: SocketView }) => {
    if (socket.kind === "tls") eachCluster(socket.tls, (cluster) => asked.add(cluster));
  };
  listeners.forEach(({ chains }) => chains.forEach(look));
  clusters.forEach(({ contexts }) => contexts.forEach(look));
  asked.delete(SDS_CLUSTER);
  return asked;
}

function eachCluster({ certificates, trustReference }: TlsView, visit: (cluster: string) => void): void {
  for (const { cluster } of certificates) if (cluster !== undefined) visit(cluster);
  if (trustReference?.cluster !== undefined) visit(trustReference.cluster);
}
