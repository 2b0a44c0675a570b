import { stringify } from "yaml";
import { type Config, parseListenAddress } from "../resources/mod.ts";

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
export function egConfig(config: Config, resources: string | null): string {
  const { gate, envoy: { runtimeDir } } = config;
  const address = parseListenAddress(config.hook.listen);
  if (typeof address === "string") throw new TypeError(`Cannot print the configuration: ${address}`);
  const service = address.kind === "unix"
    ? { unix: { path: address.path } }
    : { [/^[\d.]+$|:/.test(address.host) ? "ip" : "fqdn"]: ipOrName(address) };
  const include = { includeAll: true };
  const extensionManager = {
    maxMessageSize: config.hook.maxMessageSize % (1024 * 1024) === 0
      ? `${config.hook.maxMessageSize / 1024 / 1024}Mi`
      : String(config.hook.maxMessageSize),
    failOpen: false,
    hooks: {
      xdsTranslator: {
        post: ["Translation"],
        translation: { cluster: include, secret: include, listener: include, route: include },
      },
    },
    ...(gate.output !== undefined && gate.certState ? { policyResources: [CERT_STATE] } : {}),
    service,
  };
  const paths = resources ?? gate.output;
  if (paths === undefined) return stringify({ extensionManager }, PLAIN);
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
  }, PLAIN);
}

const PLAIN = { aliasDuplicateObjects: false };

function ipOrName({ host, port }: { host: string; port: number }) {
  return /^[\d.]+$|:/.test(host) ? { address: host, port } : { hostname: host, port };
}
