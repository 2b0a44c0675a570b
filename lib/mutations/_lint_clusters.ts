import type { PolicyStep } from "../model/mod.ts";
import type { Snapshot } from "../xds/mod.ts";

type ClusterStep = Extract<PolicyStep, { readonly kind: "replace_cluster" | "bind_cluster" }>;

/** Linux takes no `/` and no space in the name of a device. */
const DEVICE = /^[^/\s]+$/;
/** IFNAMSIZ less the byte that ends it. */
const LONGEST_DEVICE = 15;

/** @returns in words what is wrong with a step at a cluster; empty if nothing is. */
export function lintCluster(step: ClusterStep, snapshot: Snapshot): string {
  if (step.clusterName === "") return "the name of the cluster is empty";
  if (snapshot.clusters[step.cluster]?.name !== step.clusterName) {
    return `there is no cluster "${step.clusterName}" in this place`;
  }
  if (step.kind === "bind_cluster") {
    return DEVICE.test(step.device) && new TextEncoder().encode(step.device).length <= LONGEST_DEVICE
      ? ""
      : `"${step.device}" is no name of a device: it has 1 to 15 bytes, no "/" and no space`;
  }
  if (step.tunnelListener === "") return "the name of the internal listener is empty";
  return /.:\d+$/.test(step.tunnel.address)
    ? ""
    : `the address "${step.tunnel.address}" is not host and port`;
}
