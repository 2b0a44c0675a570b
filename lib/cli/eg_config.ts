import { stringify } from "yaml";
import { type Config, type ListenAddress, parseListenAddress } from "../resources/mod.ts";

/** The hooks of Envoy Gateway, by the names that its configuration has for them. */
export const EG_HOOKS = [
  "VirtualHost",
  "Route",
  "HTTPListener",
  "Cluster",
  "Endpoints",
  "Translation",
] as const;

/** One of {@linkcode EG_HOOKS}. */
export type EgHook = (typeof EG_HOOKS)[number];

/** What else the operator can say. */
export interface EgConfigOptions {
  /** Those that Envoy Gateway calls. Translation, the default, shows the whole snapshot and is enough for everything. */
  readonly hooks?: readonly EgHook[];
  /** Whether Envoy Gateway takes Secrets that name an SDS server. Delivery by certgate's own does not need them. */
  readonly sdsSecrets?: boolean;
}

/** The kind that carries the revision of what is published from the gate through Envoy Gateway to the hook. */
const CERT_STATE = { group: "certgate.dev", version: "v1alpha1", kind: "CertState" };

/**
 * The configuration that Envoy Gateway needs for the hook and, where it is on, for the gate.
 *
 * Every list is included, because what is not included can be neither judged nor pruned, and errors are not passed
 * over (`failOpen: false`), because Envoy Gateway would then publish the snapshot that nobody has judged. With the gate on,
 * Envoy Gateway reads what certgate publishes and nothing else, and knows the kind `CertState`.
 *
 * @param config The configuration that the agent runs with; the address and the message size are taken from it.
 * @param resources Directory with Gateway API objects for standalone mode; `null` takes `gate.output`, or prints the
 * `extensionManager` block alone where the gate is off, to be put into a configuration that exists.
 * @returns YAML text.
 */
export function egConfig(
  config: Config,
  resources: string | null,
  { hooks = ["Translation"], sdsSecrets = false }: EgConfigOptions = {},
): string {
  const { gate, envoy: { runtimeDir } } = config;
  const address = reachable(parseListenAddress(config.hook.listen));
  if (typeof address === "string") throw new TypeError(`Cannot print the configuration: ${address}`);
  const service = {
    ...address.kind === "unix"
      ? { unix: { path: address.path } }
      : { [isIp(address.host) ? "ip" : "fqdn"]: ipOrName(address) },
    ...config.hook.tls ? { tls: SECRETS } : {},
  };
  const include = { includeAll: true };
  const translation = { cluster: include, secret: include, listener: include, route: include };
  const extensionManager = {
    maxMessageSize: config.hook.maxMessageSize % (1024 * 1024) === 0
      ? `${config.hook.maxMessageSize / 1024 / 1024}Mi`
      : String(config.hook.maxMessageSize),
    failOpen: false,
    hooks: {
      xdsTranslator: {
        post: EG_HOOKS.filter((hook) => hooks.includes(hook)),
        ...hooks.includes("Translation") ? { translation } : {},
      },
    },
    ...(gate.output !== undefined && gate.certState ? { policyResources: [CERT_STATE] } : {}),
    service,
  };
  const extensionApis = sdsSecrets ? { extensionApis: { enableSDSSecretRef: true } } : {};
  const paths = resources ?? gate.output;
  if (paths === undefined) {
    return (config.hook.tls ? TLS_NOTE : "") + stringify({ extensionManager, ...extensionApis }, PLAIN);
  }
  return stringify({
    apiVersion: "gateway.envoyproxy.io/v1alpha1",
    kind: "EnvoyGateway",
    gateway: { controllerName: "gateway.envoyproxy.io/gatewayclass-controller" },
    provider: {
      type: "Custom",
      custom: {
        resource: { type: "File", file: { paths: [paths] } },
        infrastructure: { type: "Host", host: runtimeDir === undefined ? {} : { runtimeDir } },
      },
    },
    extensionManager,
    ...extensionApis,
  }, PLAIN);
}

const PLAIN = { aliasDuplicateObjects: false };

/**
 * Why there is no configuration of Envoy Gateway for this one, with a hint; `null` if there is.
 *
 * @param resources As for {@linkcode egConfig}.
 */
export function whyNoEgConfig(
  { hook, gate }: Config,
  resources: string | null,
): { readonly message: string; readonly hint: string } | null {
  if (hook.tls === undefined || (resources ?? gate.output) === undefined) return null;
  // internal/extension/grpc.go of 1.9.0: "TLS enabled but no k8s client was provided".
  return {
    message: "Cannot print the configuration: standalone Envoy Gateway 1.9 cannot call a hook with TLS",
    hint:
      "it takes the certificates from Secrets of a cluster only; let the two share a host and a Unix socket",
  };
}

// Both are in the namespace of Envoy Gateway, unless `namespace` says another one and a ReferenceGrant allows it.
const SECRETS = {
  certificateRef: { name: "certgate-hook-ca" },
  clientCertificateRef: { name: "certgate-hook-client" },
};

const TLS_NOTE = `# For Envoy Gateway in Kubernetes; standalone it cannot call a hook with TLS.
# Secret certgate-hook-ca: the CA of certgate's own certificate, in the key "tls.crt".
# Secret certgate-hook-client: "tls.crt" and "tls.key" of a CA in hook.tls.clientCa, with a name in hook.tls.allowedNames.
# certgate's own certificate has to be for the host name or address below.
`;

const isIp = (host: string) => /^[\d.]+$|:/.test(host);

/** What means "every interface" is nothing to connect to: the name of a Service stands there instead. */
function reachable(address: ListenAddress | string): ListenAddress | string {
  if (typeof address === "string" || address.kind === "unix") return address;
  return /^(0\.0\.0\.0|::)$/.test(address.host)
    ? { ...address, host: "certgate.envoy-gateway-system.svc.cluster.local" }
    : address;
}

function ipOrName({ host, port }: { host: string; port: number }) {
  return isIp(host) ? { address: host, port } : { hostname: host, port };
}
