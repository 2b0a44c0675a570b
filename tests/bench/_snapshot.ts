import { create, toBinary } from "@bufbuild/protobuf";
import { RouteConfigurationSchema } from "../../proto/gen/envoy/config/route/v3/route_pb.ts";
import { HttpConnectionManagerSchema } from "../../proto/gen/envoy/extensions/filters/network/http_connection_manager/v3/http_connection_manager_pb.ts";
import { ListenerSchema } from "../../proto/gen/envoy/config/listener/v3/listener_pb.ts";
import { SecretSchema } from "../../proto/gen/envoy/extensions/transport_sockets/tls/v3/secret_pb.ts";
import { DownstreamTlsContextSchema } from "../../proto/gen/envoy/extensions/transport_sockets/tls/v3/tls_pb.ts";
import type { BenchPair } from "./_pairs.ts";

/** Hosts of each Gateway. */
export const HOSTS_PER_GATEWAY = 3;

// Sizes that bring 1,000 Gateways with 3 hosts to about 28 MB, as measured on a fleet: filters, routes and clusters
// with access logs, retries and header rules are most of a snapshot.
const HCM_BYTES = 4000;
const ROUTE_BYTES = 1300;
const CLUSTER_BYTES = 1400;

/** Name of a Gateway; all are in the namespace default. */
export const gatewayName = (gateway: number) => `gw-${gateway}`;

const clusterName = (hostname: string) => `httproute/default/${hostname}/rule/0`;

/**
 * A PostTranslateModifyRequest as Envoy Gateway sends it: one listener a Gateway, one chain, secret, route configuration
 * and cluster a host. What the hook never looks into is filler of the usual size.
 *
 * @param bad Every so many hosts, the key of another certificate; 0 for none.
 */
export function makeSnapshot(gateways: number, pairs: readonly BenchPair[], bad: number): Uint8Array {
  const clusters: Uint8Array[] = [];
  const secrets: Uint8Array[] = [];
  const listeners: Uint8Array[] = [];
  const routes: Uint8Array[] = [];
  for (let gateway = 0; gateway < gateways; gateway++) {
    const hosts = pairs.slice(gateway * HOSTS_PER_GATEWAY, (gateway + 1) * HOSTS_PER_GATEWAY);
    listeners.push(listener(gatewayName(gateway), hosts));
    for (const [at, { hostname, certificate, key }] of hosts.entries()) {
      const index = gateway * HOSTS_PER_GATEWAY + at;
      const broken = bad > 0 && index % bad === bad - 1;
      secrets.push(secret(hostname, certificate, broken ? pairs[(index + 1) % pairs.length].key : key));
      clusters.push(named(clusterName(hostname), CLUSTER_BYTES));
      routes.push(routeConfig(gatewayName(gateway), hostname));
    }
  }
  return Buffer.concat([list(2, clusters), list(3, secrets), list(4, listeners), list(5, routes)]);
}

function listener(gateway: string, hosts: readonly BenchPair[]): Uint8Array {
  const name = `default/${gateway}/https`;
  return toBinary(
    ListenerSchema,
    create(ListenerSchema, {
      name,
      filterChains: hosts.map(({ hostname }) => ({
        name: `${name}/${hostname}`,
        filterChainMatch: { serverNames: [hostname] },
        filters: [{
          name: "envoy.filters.network.http_connection_manager",
          configType: { case: "typedConfig" as const, value: hcm(`default/${gateway}/${hostname}`) },
        }],
        transportSocket: {
          name: "envoy.transport_sockets.tls",
          configType: { case: "typedConfig" as const, value: tlsContext(hostname) },
        },
      })),
    }),
  );
}

function hcm(routeConfigName: string) {
  const typeUrl =
    "type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager";
  const manager = create(HttpConnectionManagerSchema, {
    statPrefix: "https",
    routeSpecifier: {
      case: "rds",
      value: { routeConfigName, configSource: { configSourceSpecifier: { case: "ads", value: {} } } },
    },
    httpFilters: [{ name: "envoy.filters.http.cors" }, { name: "envoy.filters.http.router" }],
  });
  return {
    typeUrl,
    value: Buffer.concat([toBinary(HttpConnectionManagerSchema, manager), filler(HCM_BYTES)]),
  };
}

/** What Envoy Gateway writes of the object that a virtual host or route was made of. */
const madeOf = (kind: string, name: string, sectionName: string) => ({
  filterMetadata: { "envoy-gateway": { resources: [{ kind, namespace: "default", name, sectionName }] } },
});

function routeConfig(gateway: string, hostname: string): Uint8Array {
  const underscored = hostname.replaceAll(".", "_");
  const config = create(RouteConfigurationSchema, {
    name: `default/${gateway}/${hostname}`,
    virtualHosts: [{
      name: `default/${gateway}/https/${underscored}`,
      domains: [hostname],
      metadata: madeOf("", gateway, "https"),
      routes: [{
        name: `httproute/default/${hostname}/rule/0/match/0/${underscored}`,
        match: { pathSpecifier: { case: "prefix", value: "/" } },
        action: {
          case: "route",
          value: { clusterSpecifier: { case: "cluster", value: clusterName(hostname) } },
        },
        metadata: madeOf("HTTPRoute", hostname, ""),
      }],
    }],
  });
  // Header rules and retries stand in the route itself.
  const [route] = config.virtualHosts[0].routes;
  route.$unknown = [{ no: 1000, wireType: 2, data: withLength(filler(ROUTE_BYTES)) }];
  return toBinary(RouteConfigurationSchema, config);
}

function tlsContext(hostname: string) {
  const context = create(DownstreamTlsContextSchema, {
    commonTlsContext: {
      tlsCertificateSdsSecretConfigs: [{
        name: `default/${hostname}`,
        sdsConfig: { configSourceSpecifier: { case: "ads", value: {} } },
      }],
    },
  });
  return {
    typeUrl: "type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.DownstreamTlsContext",
    value: toBinary(DownstreamTlsContextSchema, context),
  };
}

function secret(hostname: string, certificate: Uint8Array, privateKey: Uint8Array): Uint8Array {
  const bytes = (value: Uint8Array) => ({ specifier: { case: "inlineBytes" as const, value } });
  return toBinary(
    SecretSchema,
    create(SecretSchema, {
      name: `default/${hostname}`,
      type: {
        case: "tlsCertificate",
        value: { certificateChain: bytes(certificate), privateKey: bytes(privateKey) },
      },
    }),
  );
}

/** A message with a name and a field of filler that nobody knows. */
function named(name: string, size: number): Uint8Array {
  return Buffer.concat([field(1, Buffer.from(name)), field(1000, filler(size))]);
}

function filler(size: number): Uint8Array {
  return field(1000, Buffer.alloc(size, "x-forwarded-for %REQ(:AUTHORITY)% "));
}

function list(number: number, resources: readonly Uint8Array[]): Buffer {
  return Buffer.concat(resources.map((resource) => field(number, resource)));
}

function field(number: number, value: Uint8Array): Buffer {
  return Buffer.concat([varint(number * 8 + 2), withLength(value)]);
}

function withLength(value: Uint8Array): Uint8Array {
  return Buffer.concat([varint(value.length), value]);
}

function varint(value: number): Buffer {
  const bytes: number[] = [];
  for (; value >= 0x80; value = Math.floor(value / 128)) bytes.push((value % 128) | 0x80);
  return Buffer.from([...bytes, value]);
}
