import type { TestPair } from "../e2e/harness/pairs.ts";
import { any, decode, emptyAny, encode, type Message } from "./schema.ts";

/** One resource as it goes over the wire. */
export interface Resource {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** Everything that one Envoy is told, the endpoints apart. */
export interface Snapshot {
  readonly clusters: readonly Resource[];
  readonly secrets: readonly Resource[];
  readonly listeners: readonly Resource[];
  readonly routes: readonly Resource[];
}

const LISTS = ["clusters", "secrets", "listeners", "routes"] as const;

export const BACKEND = "httproute/default/backend/rule/0";

/** V3 of envoy.config.core.v3.ApiVersion. */
const V3 = 2;
/** EDS of envoy.config.cluster.v3.Cluster.DiscoveryType. */
const EDS = 3;

// Envoy Gateway sets no time limit on the first fetch (the capture in tests/fixtures), so what never comes is waited for.
const overAds = (): Message => ({ ads: {}, initial_fetch_timeout: {}, resource_api_version: V3 });

const secretName = (pair: TestPair) => `default/${pair.host.split(".")[0]}-tls`;
const chainName = (pair: TestPair) => `default/edge/https-${pair.host.split(".")[0]}`;

/**
 * One HTTPS listener with a chain, a route and a secret for each pair, and one backend for all: names and shape as Envoy
 * Gateway makes them for one Gateway with a listener per host.
 */
export function makeSnapshot(pairs: readonly TestPair[], port: number): Snapshot {
  const listener = encode("Listener", {
    name: chainName(pairs[0]),
    address: { socket_address: { address: "127.0.0.1", port_value: port } },
    filter_chains: pairs.map(chain),
    listener_filters: [{
      name: "envoy.filters.listener.tls_inspector",
      typed_config: emptyAny("envoy.extensions.filters.listener.tls_inspector.v3.TlsInspector"),
    }],
  });
  return {
    clusters: [{ name: BACKEND, bytes: cluster() }],
    secrets: pairs.map((pair) => ({ name: secretName(pair), bytes: secret(pair) })),
    listeners: [{ name: chainName(pairs[0]), bytes: listener }],
    routes: pairs.map((pair) => ({ name: chainName(pair), bytes: route(pair) })),
  };
}

function chain(pair: TestPair): Message {
  return {
    name: chainName(pair),
    filter_chain_match: { server_names: [pair.host] },
    filters: [{
      name: "envoy.filters.network.http_connection_manager",
      typed_config: any("envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager", {
        stat_prefix: "https",
        rds: { config_source: overAds(), route_config_name: chainName(pair) },
        http_filters: [{
          name: "envoy.filters.http.router",
          typed_config: emptyAny("envoy.extensions.filters.http.router.v3.Router"),
        }],
      }),
    }],
    transport_socket: {
      name: "envoy.transport_sockets.tls",
      typed_config: any("envoy.extensions.transport_sockets.tls.v3.DownstreamTlsContext", {
        common_tls_context: {
          alpn_protocols: ["h2", "http/1.1"],
          tls_certificate_sds_secret_configs: [{ name: secretName(pair), sds_config: overAds() }],
        },
        disable_stateless_session_resumption: true,
        disable_stateful_session_resumption: true,
      }),
    },
  };
}

function secret(pair: TestPair): Uint8Array {
  const text = new TextEncoder();
  return encode("Secret", {
    name: secretName(pair),
    tls_certificate: {
      certificate_chain: { inline_bytes: text.encode(pair.certificate) },
      private_key: { inline_bytes: text.encode(pair.key) },
    },
  });
}

function route(pair: TestPair): Uint8Array {
  return encode("RouteConfiguration", {
    name: chainName(pair),
    virtual_hosts: [{
      name: chainName(pair),
      domains: [pair.host],
      routes: [{ match: { prefix: "/" }, route: { cluster: BACKEND } }],
    }],
  });
}

function cluster(): Uint8Array {
  return encode("Cluster", {
    name: BACKEND,
    type: EDS,
    eds_cluster_config: { eds_config: { ads: {}, resource_api_version: V3 }, service_name: BACKEND },
    connect_timeout: { seconds: 10 },
  });
}

/** Where the backend is; Envoy Gateway's hook never sees endpoints, so they are no part of the snapshot. */
export function endpoints(port: number): Resource {
  const address = { socket_address: { address: "127.0.0.1", port_value: port } };
  const bytes = encode("ClusterLoadAssignment", {
    cluster_name: BACKEND,
    endpoints: [{
      locality: {},
      lb_endpoints: [{ endpoint: { address } }],
      load_balancing_weight: { value: 1 },
    }],
  });
  return { name: BACKEND, bytes };
}

/** The snapshot as the request of a PostTranslateModify call. */
export function toRequest(snapshot: Snapshot): Uint8Array {
  const lists = LISTS.map((list) => [list, snapshot[list].map(({ bytes }) => bytes)]);
  return encode("PostTranslateModifyRequest", { post_translate_context: {}, ...Object.fromEntries(lists) });
}

/** The snapshot that a PostTranslateModify call answered. */
export function fromAnswer(answer: Uint8Array): Snapshot {
  const lists = decode<Record<string, Uint8Array[]>>("PostTranslateModifyResponse", answer);
  const named = (list: string): Resource[] =>
    lists[list].map((bytes) => ({ name: decode<{ name: string }>("Named", bytes).name, bytes }));
  return {
    clusters: named("clusters"),
    secrets: named("secrets"),
    listeners: named("listeners"),
    // A RouteConfiguration has its name in the first field, as a Cluster, a Listener and a Secret do.
    routes: named("routes"),
  };
}
