import type { TestPair } from "./pairs.ts";

/** A Kubernetes object as Envoy Gateway's file mode reads it. */
export type KubernetesObject = Readonly<Record<string, unknown>>;

const CONTROLLER = "gateway.envoyproxy.io/gatewayclass-controller";
/** Name of the class and of its settings. */
export const CLASS = "e2e";
/** The namespace of everything. */
export const NAMESPACE = "default";

/** The class, its Envoy settings and the one backend that every route leads to. */
export function sharedObjects(
  options: {
    readonly backendPort: number;
    readonly envoyVersion: string;
    readonly merge: boolean;
    readonly drainSeconds: number;
    /** What Envoy is started with beside what Envoy Gateway gives it. */
    readonly bootstrap?: string;
  },
): KubernetesObject[] {
  return [
    {
      apiVersion: "gateway.networking.k8s.io/v1",
      kind: "GatewayClass",
      metadata: { name: CLASS },
      spec: {
        controllerName: CONTROLLER,
        parametersRef: {
          group: "gateway.envoyproxy.io",
          kind: "EnvoyProxy",
          name: CLASS,
          namespace: NAMESPACE,
        },
      },
    },
    {
      apiVersion: "gateway.envoyproxy.io/v1alpha1",
      kind: "EnvoyProxy",
      metadata: { name: CLASS, namespace: NAMESPACE },
      spec: {
        mergeGateways: options.merge,
        shutdown: { drainTimeout: `${options.drainSeconds}s` },
        // An Envoy takes shared memory under a number; other Envoys of the machine have theirs.
        extraArgs: ["--disable-hot-restart"],
        provider: { type: "Host", host: { envoyVersion: options.envoyVersion } },
        ...(options.bootstrap === undefined
          ? {}
          : { bootstrap: { type: "Merge", value: options.bootstrap } }),
      },
    },
    {
      apiVersion: "gateway.envoyproxy.io/v1alpha1",
      kind: "Backend",
      metadata: { name: "backend", namespace: NAMESPACE },
      spec: { endpoints: [{ ip: { address: "127.0.0.1", port: options.backendPort } }] },
    },
  ];
}

/** A Gateway with one HTTPS listener per pair, all on one port. */
export function gateway(name: string, port: number, hosts: readonly string[]): KubernetesObject {
  return {
    apiVersion: "gateway.networking.k8s.io/v1",
    kind: "Gateway",
    metadata: { name, namespace: NAMESPACE },
    spec: {
      gatewayClassName: CLASS,
      // Without this a Gateway takes no ListenerSets.
      allowedListeners: { namespaces: { from: "Same" } },
      listeners: hosts.map((host) => httpsListener(host, port)),
    },
  };
}

function httpsListener(host: string, port: number) {
  return {
    name: listenerName(host),
    protocol: "HTTPS",
    port,
    hostname: host,
    tls: { mode: "Terminate", certificateRefs: [{ kind: "Secret", name: secretName(host) }] },
  };
}

/** Name of the listener of a host; `*` is no letter of a name. */
export function listenerName(host: string): string {
  return host.replaceAll(".", "-").replace("*", "any");
}

/** A ListenerSet with one HTTPS listener per host on the port of its Gateway. */
export function listenerSet(
  name: string,
  gatewayName: string,
  port: number,
  hosts: readonly string[],
): KubernetesObject {
  return {
    apiVersion: "gateway.networking.k8s.io/v1",
    kind: "ListenerSet",
    metadata: { name, namespace: NAMESPACE },
    spec: {
      parentRef: { group: "gateway.networking.k8s.io", kind: "Gateway", name: gatewayName },
      listeners: hosts.map((host) => httpsListener(host, port)),
    },
  };
}

/** A route that sends everything of a Gateway, or of a ListenerSet, to the backend. */
export function route(parent: string, kind: "Gateway" | "ListenerSet" = "Gateway"): KubernetesObject {
  return {
    apiVersion: "gateway.networking.k8s.io/v1",
    kind: "HTTPRoute",
    metadata: { name: parent, namespace: NAMESPACE },
    spec: {
      parentRefs: [{ group: "gateway.networking.k8s.io", kind, name: parent }],
      rules: [{
        matches: [{ path: { type: "PathPrefix", value: "/" } }],
        // Envoy would end a response that is still going on after 15 seconds.
        timeouts: { request: "0s" },
        backendRefs: [{ group: "gateway.envoyproxy.io", kind: "Backend", name: "backend" }],
      }],
    },
  };
}

/** The Secret of one pair. */
export function secret(pair: TestPair): KubernetesObject {
  return {
    apiVersion: "v1",
    kind: "Secret",
    metadata: { name: secretName(pair.host), namespace: NAMESPACE },
    type: "kubernetes.io/tls",
    data: { "tls.crt": btoa(pair.certificate), "tls.key": btoa(pair.key) },
  };
}

/** Name of the Secret of a host. */
export function secretName(host: string): string {
  return `pair-${listenerName(host)}`;
}

/** The directory that Envoy Gateway watches. */
export class ResourceDirectory {
  constructor(readonly path: string) {}

  /**
   * Puts a file in place with one visible event: Envoy Gateway skips names that begin with a dot, and reads
   * everything again for each event on any other name, half-written files included.
   */
  async put(name: string, objects: readonly KubernetesObject[]): Promise<void> {
    const hidden = `${this.path}/.${name}`;
    // Every JSON text is also a YAML document.
    await Deno.writeTextFile(hidden, objects.map((object) => JSON.stringify(object)).join("\n---\n") + "\n");
    await Deno.rename(hidden, `${this.path}/${name}.yaml`);
  }

  /** Takes a file away. */
  async remove(name: string): Promise<void> {
    await Deno.remove(`${this.path}/${name}.yaml`);
  }
}
