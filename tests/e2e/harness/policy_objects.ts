import type { KubernetesObject } from "./resources.ts";

const GROUP = "networking.datumapis.com";
const NAMESPACE = "default";

/** A backend of a rule of an HTTPProxy; without a connector the rule stays as Envoy Gateway made it. */
export interface ProxyRule {
  readonly endpoint: string;
  /** Name of the Connector. */
  readonly connector?: string;
}

/** An HTTPProxy; Envoy Gateway is given an HTTPRoute of the same name. */
export function httpProxy(name: string, rules: readonly ProxyRule[]): KubernetesObject {
  return {
    apiVersion: `${GROUP}/v1alpha`,
    kind: "HTTPProxy",
    metadata: { name, namespace: NAMESPACE },
    spec: {
      rules: rules.map(({ endpoint, connector }) => ({
        backends: [{ endpoint, ...(connector === undefined ? {} : { connector: { name: connector } }) }],
      })),
    },
  };
}

/**
 * A Connector.
 *
 * @param node Its public key while it is connected; `null` while it is not.
 * @param beat Any number: when it was heard of last.
 */
export function connector(name: string, node: string | null, beat = 0): KubernetesObject {
  const heard = new Date(Date.UTC(2026, 0, 1) + beat * 1000).toISOString();
  return {
    apiVersion: `${GROUP}/v1alpha1`,
    kind: "Connector",
    metadata: { name, namespace: NAMESPACE },
    spec: {},
    status: {
      lastHeartbeatTime: heard,
      conditions: [{
        type: "Ready",
        status: node === null ? "False" : "True",
        reason: "Heartbeat",
        lastTransitionTime: heard,
      }],
      ...(node === null ? {} : { connectionDetails: { type: "PublicKey", publicKey: { id: node } } }),
    },
  };
}

/** A Namespace that belongs to a project. */
export function projectNamespace(project: string): KubernetesObject {
  return {
    apiVersion: "v1",
    kind: "Namespace",
    metadata: {
      name: NAMESPACE,
      labels: { "meta.datumapis.com/upstream-cluster-name": `cluster-${project}` },
    },
  };
}

/** What a TrafficProtectionPolicy does, and to what. */
export interface Protection {
  readonly mode: "Observe" | "Enforce" | "Disabled";
  readonly target: { readonly kind: "Gateway" | "HTTPRoute"; readonly name: string };
}

/** A TrafficProtectionPolicy with the core rule set. */
export function protection(name: string, { mode, target }: Protection): KubernetesObject {
  return {
    apiVersion: `${GROUP}/v1alpha`,
    kind: "TrafficProtectionPolicy",
    metadata: { name, namespace: NAMESPACE },
    spec: {
      targetRefs: [{ group: "gateway.networking.k8s.io", ...target }],
      mode,
      ruleSets: [{ type: "OWASPCoreRuleSet", owaspCoreRuleSet: {} }],
    },
  };
}
