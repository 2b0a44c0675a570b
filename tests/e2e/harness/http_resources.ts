import { CLASS, type KubernetesObject, NAMESPACE } from "./resources.ts";

/** A listener without TLS. */
export interface HttpListener {
  readonly port: number;
  readonly host: string;
}

/** A rule of a route: what begins with a path goes to a Backend. */
export interface HttpRule {
  readonly path: string;
  /** Name of the Backend; default is the one of the bed. */
  readonly backend?: string;
  /** A filter that an extension of Envoy Gateway knows: makes it call the hooks of routes and of clusters. */
  readonly extension?: { readonly group: string; readonly kind: string; readonly name: string };
}

/** A Gateway with listeners without TLS, each named after its host. */
export function httpGateway(name: string, listeners: readonly HttpListener[]): KubernetesObject {
  return {
    apiVersion: "gateway.networking.k8s.io/v1",
    kind: "Gateway",
    metadata: { name, namespace: NAMESPACE },
    spec: {
      gatewayClassName: CLASS,
      listeners: listeners.map(({ port, host }) => ({
        name: host.split(".", 1)[0],
        protocol: "HTTP",
        port,
        hostname: host,
      })),
    },
  };
}

/** A route of one host of a Gateway. */
export function httpRoute(
  name: string,
  { gateway, host, rules }: {
    readonly gateway: string;
    readonly host: string;
    readonly rules: readonly HttpRule[];
  },
): KubernetesObject {
  return {
    apiVersion: "gateway.networking.k8s.io/v1",
    kind: "HTTPRoute",
    metadata: { name, namespace: NAMESPACE },
    spec: {
      parentRefs: [{ name: gateway }],
      hostnames: [host],
      rules: rules.map(({ path, backend = "backend", extension }) => ({
        matches: [{ path: { type: "PathPrefix", value: path } }],
        ...(extension === undefined ? {} : { filters: [{ type: "ExtensionRef", extensionRef: extension }] }),
        backendRefs: [{ group: "gateway.envoyproxy.io", kind: "Backend", name: backend }],
      })),
    },
  };
}

/** A Backend on loopback. */
export function backendAt(name: string, port: number): KubernetesObject {
  return {
    apiVersion: "gateway.envoyproxy.io/v1alpha1",
    kind: "Backend",
    metadata: { name, namespace: NAMESPACE },
    spec: { endpoints: [{ ip: { address: "127.0.0.1", port } }] },
  };
}
