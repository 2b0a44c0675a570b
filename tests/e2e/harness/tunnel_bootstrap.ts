const TYPE = "type.googleapis.com/envoy.extensions";

/**
 * What an Envoy that reaches connectors needs from its start on, beside what Envoy Gateway gives it: internal listeners, one
 * of them as the entrance of the tunnels, and whoever takes CONNECT at their end.
 *
 * @param relayPort Port on loopback of who takes CONNECT.
 */
export function tunnelBootstrap(relayPort: number): string {
  const relay = { address: { socket_address: { address: "127.0.0.1", port_value: relayPort } } };
  return JSON.stringify({
    bootstrap_extensions: [{
      name: "envoy.bootstrap.internal_listener",
      typed_config: { "@type": `${TYPE}.bootstrap.internal_listener.v3.InternalListener` },
    }],
    static_resources: {
      listeners: [{
        name: "connector-tunnel",
        internal_listener: {},
        filter_chains: [{
          filters: [{ name: "envoy.filters.network.tcp_proxy", typed_config: tunnelEntrance() }],
        }],
      }],
      clusters: [{
        name: "connector-relay",
        type: "STATIC",
        load_assignment: {
          cluster_name: "connector-relay",
          endpoints: [{ lb_endpoints: [{ endpoint: relay }] }],
        },
      }],
    },
  });
}

/** Where a connection goes stands in the metadata that its cluster passes on. */
function tunnelEntrance(): Record<string, unknown> {
  return {
    "@type": `${TYPE}.filters.network.tcp_proxy.v3.TcpProxy`,
    stat_prefix: "connector_tunnel",
    cluster: "connector-relay",
    tunneling_config: {
      hostname: "%DYNAMIC_METADATA(tunnel:address)%",
      headers_to_add: [{ header: { key: "x-endpoint-id", value: "%DYNAMIC_METADATA(tunnel:endpoint_id)%" } }],
    },
  };
}
