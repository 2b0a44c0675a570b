import type { PolicyStep } from "../model/mod.ts";
import type { Snapshot } from "../xds/mod.ts";

type ClusterStep = Extract<PolicyStep, { readonly kind: "replace_cluster" | "bind_cluster" }>;

/** A name of a device has at most 15 bytes in Linux (IFNAMSIZ less the byte that ends it), no `/` and no space. */
const DEVICE = /^[^/\s]{1,15}$/;

/** @returns in words what is wrong with a step at a cluster; empty if nothing is. */
export function lintCluster(step: ClusterStep, snapshot: Snapshot): string {
  if (step.clusterName === "") return "the name of the cluster is empty";
  if (snapshot.clusters[step.cluster]?.name !== step.clusterName) {
    return `there is no cluster "${step.clusterName}" in this place`;
  }
  if (step.kind === "bind_cluster") {
    return DEVICE.test(step.device) && new TextEncoder().encode(step.device).length <= 15
      ? ""
      : `"${step.device}" is no name of a device: it has 1 to 15 bytes, no "/" and no space`;
  }
  if (step.tunnelListener === "") return "the name of the internal listener is empty";
  return /.:\d+$/.test(step.tunnel.address)
    ? ""
    : `the address "${step.tunnel.address}" is not host and port`;
}
