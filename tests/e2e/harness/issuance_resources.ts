import { gateway, type KubernetesObject, listenerName, listenerSet, NAMESPACE } from "./resources.ts";

/** Annotations by their last part: `cluster-issuer`, `ignore-tls-listeners`. */
export type IssuerAnnotations = Readonly<Record<string, string>>;

/** Name of the listener without TLS. */
const HTTP = "http";

/** The ports of a Gateway. */
export interface GatewayPorts {
  readonly http: number;
  readonly https: number;
}

/** A Gateway with an HTTPS listener per host, a listener without TLS for all names, and annotations of cert-manager. */
export function issuedGateway(
  name: string,
  ports: GatewayPorts,
  { hosts, annotations }: { readonly hosts: readonly string[]; readonly annotations: IssuerAnnotations },
): KubernetesObject {
  const made = annotated(gateway(name, ports.https, hosts), annotations);
  const spec = made.spec as { readonly listeners: readonly unknown[] };
  const http = { name: HTTP, protocol: "HTTP", port: ports.http };
  return { ...made, spec: { ...spec, listeners: [http, ...spec.listeners] } };
}

/** A ListenerSet with an HTTPS listener per host, and annotations of cert-manager. */
export function issuedSet(
  name: string,
  { gateway, port, hosts, annotations }: {
    readonly gateway: string;
    readonly port: number;
    readonly hosts: readonly string[];
    readonly annotations: IssuerAnnotations;
  },
): KubernetesObject {
  return annotated(listenerSet(name, gateway, port, hosts), annotations);
}

function annotated(object: KubernetesObject, annotations: IssuerAnnotations): KubernetesObject {
  const long = Object.entries(annotations).map(([name, value]) => [`cert-manager.io/${name}`, value]);
  const metadata = object.metadata as Readonly<Record<string, unknown>>;
  return { ...object, metadata: { ...metadata, annotations: Object.fromEntries(long) } };
}

/** The operator's own route on the listener without TLS: whatever is asked for, it is to be asked for again over HTTPS. */
export function redirectRoute(gatewayName: string): KubernetesObject {
  return {
    apiVersion: "gateway.networking.k8s.io/v1",
    kind: "HTTPRoute",
    metadata: { name: `${gatewayName}-redirect`, namespace: NAMESPACE },
    spec: {
      parentRefs: [{ name: gatewayName, sectionName: HTTP }],
      rules: [{
        filters: [{
          type: "RequestRedirect",
          requestRedirect: { scheme: "https", port: 443, statusCode: 301 },
        }],
      }],
    },
  };
}

/** A route that sends the HTTPS hosts of a Gateway to the backend, and leaves its listener without TLS alone. */
export function httpsRoute(gatewayName: string, hosts: readonly string[]): KubernetesObject {
  return {
    apiVersion: "gateway.networking.k8s.io/v1",
    kind: "HTTPRoute",
    metadata: { name: gatewayName, namespace: NAMESPACE },
    spec: {
      parentRefs: hosts.map((host) => ({ name: gatewayName, sectionName: listenerName(host) })),
      rules: [{ backendRefs: [{ group: "gateway.envoyproxy.io", kind: "Backend", name: "backend" }] }],
    },
  };
}
