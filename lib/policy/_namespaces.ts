import type { PolicyObjectMeta } from "../model/mod.ts";

/** Label that names, on an object that is mirrored, the namespace that it comes from. */
const UPSTREAM_NAMESPACE = "meta.datumapis.com/upstream-namespace";
/** Label of a Namespace with the project whose it is, behind {@linkcode PROJECT_PREFIX}. */
const UPSTREAM_CLUSTER = "meta.datumapis.com/upstream-cluster-name";
const PROJECT_PREFIX = "cluster-";

/** What stands behind a namespace of this host. */
export interface NamespaceMeaning {
  /** The namespace that its owner knows. */
  readonly upstream: string;
  /** Empty if none is named. */
  readonly project: string;
}

/** The namespace that counts for a policy or an HTTPProxy: the one of its label, else its own. */
export function effectiveNamespace({ labels, namespace }: PolicyObjectMeta): string {
  return labelOf(labels, UPSTREAM_NAMESPACE) || namespace;
}

/** What the Namespace objects say, by name. */
export function readNamespaces(namespaces: readonly PolicyObjectMeta[]): Map<string, NamespaceMeaning> {
  return new Map(namespaces.map(({ name, labels }) => {
    const cluster = labelOf(labels, UPSTREAM_CLUSTER);
    const project = cluster.startsWith(PROJECT_PREFIX) ? cluster.slice(PROJECT_PREFIX.length) : cluster;
    return [name, { upstream: labelOf(labels, UPSTREAM_NAMESPACE) || name, project }];
  }));
}

/** The value of a label; empty if there is none. */
export function labelOf(labels: PolicyObjectMeta["labels"], key: string): string {
  return Object.hasOwn(labels, key) ? labels[key] : "";
}
