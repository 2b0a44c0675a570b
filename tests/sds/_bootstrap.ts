import type { SdsMethod } from "../../lib/server/mod.ts";

/** What an Envoy of a test is to do. */
export interface Wanted {
  readonly method: SdsMethod;
  /** Where the SDS server listens: a path, or a port of 127.0.0.1 with what Envoy shows there. */
  readonly server: { readonly path: string } | { readonly port: number; readonly tls: ClientTls };
  /** Host names; each has a chain, and a pair under its own name. */
  readonly hosts: readonly string[];
  /** Name of the bundle that clients are checked with; without it they are not. */
  readonly trust?: string;
}

/** How an Envoy gets to a server by TLS; PEM. */
export interface ClientTls {
  readonly ca: string;
  readonly certificate: string;
  readonly key: string;
}

const TYPES = "type.googleapis.com/envoy.extensions";
const TLS = `${TYPES}.transport_sockets.tls.v3.DownstreamTlsContext`;
const HTTP = `${TYPES}.upstreams.http.v3.HttpProtocolOptions`;
/** Streams that a cluster may have; the default ends at 1,024. */
const MANY = 100_000;

/** The whole configuration of an Envoy: one listener that says back what it hears. */
export function bootstrap(wanted: Wanted): Record<string, unknown> {
  return {
    node: { id: "node-of-test", cluster: "edge" },
    admin: { address: address(0) },
    static_resources: { listeners: [listener(wanted)], clusters: [cluster(wanted.server)] },
  };
}

const address = (port: number) => ({ socket_address: { address: "127.0.0.1", port_value: port } });

function listener({ hosts, trust, method }: Wanted) {
  const inspector = { "@type": `${TYPES}.filters.listener.tls_inspector.v3.TlsInspector` };
  return {
    name: "https",
    address: address(0),
    listener_filters: [{ name: "tls_inspector", typed_config: inspector }],
    filter_chains: hosts.map((host) => ({
      name: host,
      filter_chain_match: { server_names: [host] },
      filters: [{ name: "echo", typed_config: { "@type": `${TYPES}.filters.network.echo.v3.Echo` } }],
      transport_socket: { name: "tls", typed_config: tls(host, trust, method) },
    })),
  };
}

function tls(host: string, trust: string | undefined, method: SdsMethod) {
  return {
    "@type": TLS,
    require_client_certificate: trust !== undefined,
    common_tls_context: {
      tls_certificate_sds_secret_configs: [reference(host, method)],
      ...(trust === undefined ? {} : { validation_context_sds_secret_config: reference(trust, method) }),
    },
  };
}

/** As the hook writes it, in both dialects. */
function reference(name: string, method: SdsMethod) {
  const retry_policy = { retry_back_off: { base_interval: "0.1s", max_interval: "1s" } };
  const api_config_source = {
    api_type: method === "DeltaSecrets" ? "DELTA_GRPC" : "GRPC",
    transport_api_version: "V3",
    set_node_on_first_message_only: true,
    grpc_services: [{ envoy_grpc: { cluster_name: "certgate_sds", retry_policy } }],
  };
  return { name, sds_config: { resource_api_version: "V3", api_config_source } };
}

function cluster(server: Wanted["server"]) {
  const where = "path" in server ? { pipe: server } : address(server.port);
  const http2 = { "@type": HTTP, explicit_http_config: { http2_protocol_options: {} } };
  return {
    name: "certgate_sds",
    type: "STATIC",
    connect_timeout: "1s",
    typed_extension_protocol_options: { "envoy.extensions.upstreams.http.v3.HttpProtocolOptions": http2 },
    circuit_breakers: {
      thresholds: [{ max_connections: MANY, max_pending_requests: MANY, max_requests: MANY }],
    },
    ...("tls" in server ? { transport_socket: { name: "tls", typed_config: upstreamTls(server.tls) } } : {}),
    load_assignment: {
      cluster_name: "certgate_sds",
      endpoints: [{ lb_endpoints: [{ endpoint: { address: where } }] }],
    },
  };
}

function upstreamTls({ ca, certificate, key }: ClientTls) {
  const inline = (text: string) => ({ inline_string: text });
  return {
    "@type": `${TYPES}.transport_sockets.tls.v3.UpstreamTlsContext`,
    sni: "certgate.test",
    common_tls_context: {
      tls_params: { tls_maximum_protocol_version: "TLSv1_3" },
      tls_certificates: certificate === ""
        ? []
        : [{ certificate_chain: inline(certificate), private_key: inline(key) }],
      validation_context: { trusted_ca: inline(ca) },
    },
  };
}
