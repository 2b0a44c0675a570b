import type { Material } from "../model/mod.ts";
import { isStandIn } from "../mutations/mod.ts";
import type { Snapshot, SocketView } from "../xds/mod.ts";

/**
 * Everything in a snapshot that Envoy will try to load, so that it can be judged before the plan is made.
 *
 * @returns Pairs and trust bundles: of secrets, of filter chains, of clusters. What cannot be looked into is left out,
 * and so is what only stands in for something that Envoy asks certgate for.
 */
export function snapshotMaterials(snapshot: Snapshot): Material[] {
  const found: Material[] = [];
  const add = (material: Material) => {
    if (material.kind !== "opaque" && !isStandIn(material)) found.push(material);
  };
  const addSocket = (socket: SocketView) => {
    if (socket.kind !== "tls") return;
    socket.tls.inlineCertificates.forEach(add);
    if (socket.tls.trust) add(socket.tls.trust.material);
  };
  for (const { material } of snapshot.secrets) add(material);
  for (const { chains } of snapshot.listeners) for (const { socket } of chains) addSocket(socket);
  for (const { contexts } of snapshot.clusters) for (const { socket } of contexts) addSocket(socket);
  return found;
}
