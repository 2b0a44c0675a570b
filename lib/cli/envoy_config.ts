import { isIP } from "node:net";
import { SDS_CLUSTER } from "../model/mod.ts";
import { type Config, type ListenAddress, parseHttpAddress, parseListenAddress } from "../resources/mod.ts";

/** The parts of an Envoy's configuration that can be printed: one of both, or a whole one. */
export const ENVOY_PIECES = ["cluster", "listener", "all"] as const;

/** One of {@linkcode ENVOY_PIECES}. */
export type EnvoyPiece = (typeof ENVOY_PIECES)[number];

/** Hostnames that share a certificate. */
export interface SdsHost {
  /** What Envoy asks for: `namespace/name` of the Secret. */
  readonly secret: string;
  readonly hostnames: readonly string[];
}

/** What `certgate envoy-config` is asked for. */
export interface EnvoyConfigOptions {
  readonly pieces: EnvoyPiece;
  readonly hosts: readonly SdsHost[];
  /** Where Envoy listens. */
  readonly port: number;
  /** `host:port` of what stands behind. */
  readonly backend: string;
  /** Name of the bundle that clients are checked with, as Envoy asks for it; `null` asks clients for nothing. */
  readonly clientCa: string | null;
}

type Json = Readonly<Record<string, unknown>>;

/**
 * Static configuration of an Envoy without Envoy Gateway, in Envoy's own words: the cluster that leads to certgate's SDS
 * server, and a listener that asks it for the certificate of each host, with a chain for each certificate.
 *
 * A piece is a `static_resources` block, which Envoy merges into another configuration (`--config-yaml`), `all` is a whole
 * configuration.
 *
 * @throws {TypeError} for what {@linkcode whyNoEnvoyConfig} has words for.
 */
export function envoyConfig(config: Config, options: EnvoyConfigOptions): Json {
  const problem = whyNoEnvoyConfig(config, options);
  if (problem !== null) throw new TypeError(problem.message);
  const listeners = [listener(options)];
  const clusters = [sdsCluster(config.sds)];
  if (options.pieces === "cluster") return { static_resources: { clusters } };
  if (options.pieces === "listener") {
    return { static_resources: { listeners, clusters: [backendCluster(options.backend)] } };
  }
  const { admin } = config.envoy;
  const listening = parseHttpAddress(typeof admin === "string" ? "127.0.0.1:19000" : admin[0]);
  return {
    // Envoy asks nobody for secrets before it has both.
    node: { id: "edge", cluster: "edge" },
    admin: { address: socketAddress(listening as TcpAddress) },
    static_resources: { listeners, clusters: [...clusters, backendCluster(options.backend)] },
  };
}

/** Why there is no configuration for this one, with a hint; `null` if there is. */
export function whyNoEnvoyConfig(
  { sds }: Config,
  { pieces, hosts, backend }: EnvoyConfigOptions,
): { readonly message: string; readonly hint: string } | null {
  if (sds.tls !== undefined && sds.envoy === undefined) {
    const hint = "set sds.envoy: certificate, key, ca and serverName, as Envoy sees the files";
    return { message: "Cannot print the cluster: it is not known what Envoy connects with", hint };
  }
  if (pieces === "cluster") return null;
  if (hosts.length === 0) {
    const hint =
      "name them with --hostname NAME=SECRET, or set delivery: sds for a source that has pairs; --pieces cluster needs none";
    return { message: "Cannot print a listener: there is no host to be asked for", hint };
  }
  if (typeof parseHttpAddress(backend) !== "string") return null;
  return { message: `Cannot print a listener: --backend has "${backend}"`, hint: "expected host:port" };
}

// Each secret is a request that never ends, and 1,024, the default, would be the end of the secrets.
const MOST = 1_000_000;

const HTTP_OPTIONS = "envoy.extensions.upstreams.http.v3.HttpProtocolOptions";

function sdsCluster({ listen, tls, envoy }: Config["sds"]): Json {
  const address = parseListenAddress(listen) as ListenAddress;
  const target = address.kind === "unix" ? address : reachable(address, envoy?.serverName);
  const dns = target.kind === "tcp" && isIP(target.host) === 0;
  return {
    name: SDS_CLUSTER,
    type: dns ? "STRICT_DNS" : "STATIC",
    connect_timeout: "5s",
    circuit_breakers: {
      thresholds: [{ max_connections: MOST, max_pending_requests: MOST, max_requests: MOST }],
    },
    typed_extension_protocol_options: {
      [HTTP_OPTIONS]: {
        ...typed(HTTP_OPTIONS),
        explicit_http_config: {
          // A server that hangs is noticed, and Envoy connects anew.
          http2_protocol_options: { connection_keepalive: { interval: "30s", timeout: "15s" } },
        },
      },
    },
    load_assignment: assignment(
      SDS_CLUSTER,
      target.kind === "unix" ? { pipe: { path: target.path } } : socketAddress(target),
    ),
    ...tls !== undefined && envoy !== undefined ? { transport_socket: clientTls(envoy) } : {},
  };
}

type TcpAddress = Extract<ListenAddress, { kind: "tcp" }>;

/** What means "every interface" is nothing to connect to: the name that the certificate is for stands there instead. */
function reachable(address: TcpAddress, name: string | undefined): TcpAddress {
  return /^(0\.0\.0\.0|::)$/.test(address.host) ? { ...address, host: name ?? "127.0.0.1" } : address;
}

function clientTls({ certificate, key, ca, serverName }: NonNullable<Config["sds"]["envoy"]>): Json {
  const file = (filename: string) => ({ filename });
  return tlsSocket("UpstreamTlsContext", {
    ...isIP(serverName) === 0 ? { sni: serverName } : {},
    common_tls_context: {
      alpn_protocols: ["h2"],
      tls_certificates: [{ certificate_chain: file(certificate), private_key: file(key) }],
      validation_context: {
        trusted_ca: file(ca),
        match_typed_subject_alt_names: [
          { san_type: isIP(serverName) === 0 ? "DNS" : "IP_ADDRESS", matcher: { exact: serverName } },
        ],
      },
    },
  });
}

function backendCluster(backend: string): Json {
  const address = parseHttpAddress(backend) as TcpAddress;
  return {
    name: BACKEND,
    type: isIP(address.host) === 0 ? "STRICT_DNS" : "STATIC",
    connect_timeout: "5s",
    load_assignment: assignment(BACKEND, socketAddress(address)),
  };
}

const BACKEND = "backend";

function listener({ port, hosts, clientCa }: EnvoyConfigOptions): Json {
  return {
    name: "https",
    address: socketAddress({ kind: "tcp", host: "0.0.0.0", port }),
    listener_filters: [{
      name: "envoy.filters.listener.tls_inspector",
      typed_config: typed("envoy.extensions.filters.listener.tls_inspector.v3.TlsInspector"),
    }],
    filter_chains: hosts.map(({ secret, hostnames }) => ({
      name: secret,
      filter_chain_match: { server_names: hostnames },
      transport_socket: tlsSocket("DownstreamTlsContext", {
        ...clientCa === null ? {} : { require_client_certificate: true },
        common_tls_context: {
          alpn_protocols: ["h2", "http/1.1"],
          tls_certificate_sds_secret_configs: [{ name: secret, sds_config: askCertgate() }],
          ...clientCa === null
            ? {}
            : { validation_context_sds_secret_config: { name: clientCa, sds_config: askCertgate() } },
        },
      }),
      filters: [http()],
    })),
  };
}

/** Envoy knows a secret by its name and by these settings, so they are the same wherever one is asked for. */
function askCertgate(): Json {
  return {
    resource_api_version: "V3",
    api_config_source: {
      // With this one a name without a pair is said to be away, and no other host waits for it.
      api_type: "DELTA_GRPC",
      transport_api_version: "V3",
      set_node_on_first_message_only: true,
      grpc_services: [{
        envoy_grpc: {
          cluster_name: SDS_CLUSTER,
          // By default a renewal could wait for half a minute after a restart of certgate.
          retry_policy: { retry_back_off: { base_interval: "0.1s", max_interval: "1s" } },
        },
      }],
    },
  };
}

function http(): Json {
  return {
    name: "envoy.filters.network.http_connection_manager",
    typed_config: {
      ...typed("envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager"),
      stat_prefix: "https",
      use_remote_address: true,
      normalize_path: true,
      route_config: {
        virtual_hosts: [{
          name: "all",
          domains: ["*"],
          routes: [{ match: { prefix: "/" }, route: { cluster: BACKEND } }],
        }],
      },
      http_filters: [{
        name: "envoy.filters.http.router",
        typed_config: typed("envoy.extensions.filters.http.router.v3.Router"),
      }],
    },
  };
}

const typed = (type: string): Json => ({ "@type": `type.googleapis.com/${type}` });

const tlsSocket = (context: string, value: Json): Json => ({
  name: "envoy.transport_sockets.tls",
  typed_config: { ...typed(`envoy.extensions.transport_sockets.tls.v3.${context}`), ...value },
});

const socketAddress = ({ host, port }: TcpAddress): Json => ({
  socket_address: { address: host, port_value: port },
});

const assignment = (name: string, address: Json): Json => ({
  cluster_name: name,
  endpoints: [{ lb_endpoints: [{ endpoint: { address } }] }],
});
