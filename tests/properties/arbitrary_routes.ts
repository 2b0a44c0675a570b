/** Snapshots with routes, managers and clusters of many shapes, and steps of policies at places in them. */
import fc from "fast-check";
import {
  create,
  type JsonObject,
  type Message,
  type MessageInitShape,
  toBinary,
  type UnknownField,
} from "@bufbuild/protobuf";
import { type Any, anyPack } from "@bufbuild/protobuf/wkt";
import { HttpConnectionManagerSchema } from "../../proto/gen/envoy/extensions/filters/network/http_connection_manager/v3/http_connection_manager_pb.ts";
import { RawBufferSchema } from "../../proto/gen/envoy/extensions/transport_sockets/raw_buffer/v3/raw_buffer_pb.ts";
import type { ClusterSchema } from "../../proto/gen/envoy/config/cluster/v3/cluster_pb.ts";
import type { FilterChainSchema } from "../../proto/gen/envoy/config/listener/v3/listener_components_pb.ts";
import type { ListenerSchema } from "../../proto/gen/envoy/config/listener/v3/listener_pb.ts";
import type { RouteConfigurationSchema } from "../../proto/gen/envoy/config/route/v3/route_pb.ts";
import type {
  RouteSchema,
  VirtualHostSchema,
} from "../../proto/gen/envoy/config/route/v3/route_components_pb.ts";
import { PostTranslateModifyRequestSchema } from "../../proto/gen/extension/service_pb.ts";
import type { PolicyStep } from "../../lib/model/mod.ts";
import type { Snapshot } from "../../lib/xds/mod.ts";
import { ODD, POLICIES, reply, waf } from "./policy_objects.ts";

type Init<T extends Parameters<typeof create>[0]> = MessageInitShape<T>;

/** Fields that no .proto here has, of three wire types; kept in whatever is not replaced as a whole. */
const unknown = fc.constantFrom<UnknownField[] | undefined>(
  undefined,
  [{ no: 900, wireType: 2, data: Uint8Array.of(2, 104, 105) }],
  [{ no: 901, wireType: 0, data: Uint8Array.of(5) }, {
    no: 902,
    wireType: 5,
    data: Uint8Array.of(1, 2, 3, 4),
  }],
);

const word = fc.constantFrom("a", "b", "ns/gw/listener", ODD.toWellFormed());
const clusterName = fc.constantFrom("httproute/ns/p/rule/0", "httproute/ns/p/rule/1", "c");

type RouteInit = Exclude<Init<typeof RouteSchema>, Message>;

const own = fc.constantFrom<JsonObject | undefined>(
  undefined,
  { project_name: "old", more: { nested: [1, null, true, "x"] } },
  { resources: ["stale"] },
);
const metadata = fc.option(
  fc.record({ kind: fc.constantFrom("", "Gateway", "HTTPRoute"), name: word, own }).map((
    { kind, name, own },
  ) => ({
    filterMetadata: <Record<string, JsonObject>> {
      "envoy-gateway": { resources: [{ kind, namespace: "ns", name, sectionName: "s" }, "second"] },
      ...(own ? { "datum-gateway": own } : {}),
    },
  })),
  { nil: undefined },
);

const action: fc.Arbitrary<RouteInit["action"]> = fc.oneof(
  clusterName.map((value) => ({
    case: "route" as const,
    value: { clusterSpecifier: { case: "cluster" as const, value }, upgradeConfigs: [{ upgradeType: "ws" }] },
  })),
  fc.array(clusterName, { maxLength: 3 }).map((names) => ({
    case: "route" as const,
    value: {
      clusterSpecifier: {
        case: "weightedClusters" as const,
        value: { clusters: names.map((name) => ({ name })) },
      },
    },
  })),
  fc.constant({
    case: "directResponse" as const,
    value: { status: 301, body: { specifier: { case: "filename" as const, value: "/f" } } },
  }),
  fc.constant({ case: undefined }),
);

const raw = anyPack(RawBufferSchema, create(RawBufferSchema));
const perFilter = fc.constantFrom<Record<string, Any>>({}, { other: raw }, { other: raw, "coraza-waf": raw });

const route: fc.Arbitrary<Init<typeof RouteSchema>> = fc.record({
  name: word,
  action,
  metadata,
  typedPerFilterConfig: perFilter,
  match: fc.constant({ pathSpecifier: { case: "prefix" as const, value: "/" } }),
});

const virtualHost: fc.Arbitrary<Init<typeof VirtualHostSchema>> = fc.record({
  name: word,
  domains: fc.uniqueArray(fc.constantFrom("a.test", "*.b.test", "c.test"), { maxLength: 2 }),
  routes: fc.array(route, { maxLength: 3 }),
  metadata,
});

const routeConfig: fc.Arbitrary<Init<typeof RouteConfigurationSchema>> = fc.record({
  name: word,
  virtualHosts: fc.array(virtualHost, { maxLength: 3 }),
});

const manager = fc.record({
  statPrefix: fc.constant("http"),
  routeSpecifier: fc.constantFrom(
    { case: "rds" as const, value: { routeConfigName: "a" } },
    { case: "routeConfig" as const, value: { name: "inline" } },
    { case: undefined },
  ),
  httpFilters: fc.constantFrom(["router"], ["one", "router"]).map((names) => names.map((name) => ({ name }))),
  $unknown: unknown,
}).map(({ $unknown, ...init }) => {
  const message = create(HttpConnectionManagerSchema, init as Init<typeof HttpConnectionManagerSchema>);
  return anyPack(HttpConnectionManagerSchema, { ...message, $unknown });
});

const networkFilter = fc.oneof(
  manager.map((value) => ({
    name: "envoy.filters.network.http_connection_manager",
    configType: { case: "typedConfig" as const, value },
  })),
  fc.constant({ name: "some.filter" }),
);

const chain: fc.Arbitrary<Init<typeof FilterChainSchema>> = fc.record({
  name: word,
  filters: fc.array(networkFilter, { maxLength: 2 }),
});

const listener: fc.Arbitrary<Init<typeof ListenerSchema>> = fc.record({
  name: word,
  filterChains: fc.array(chain, { maxLength: 2 }),
  defaultFilterChain: fc.option(chain, { nil: undefined }),
});

const cluster: fc.Arbitrary<Init<typeof ClusterSchema>> = fc.record({
  name: clusterName,
  upstreamBindConfig: fc.constantFrom(undefined, {}, { socketOptions: [{ level: 6n, name: 1n }] }),
});

/** Serialized PostTranslateModifyRequests. */
export const anyRoutes: fc.Arbitrary<Uint8Array> = fc.record({
  clusters: fc.array(cluster, { maxLength: 3 }),
  listeners: fc.array(listener, { maxLength: 3 }),
  routes: fc.array(routeConfig, { maxLength: 3 }),
}).map((init) => toBinary(PostTranslateModifyRequestSchema, create(PostTranslateModifyRequestSchema, init)));

/** Steps at every kind of place that a snapshot has, each with a pick of what happens there. */
export function someSteps(snapshot: Snapshot, picks: readonly number[]): PolicyStep[] {
  let turn = 0;
  const pick = <T>(...values: T[]): T => values[picks[turn++ % picks.length] % values.length];
  const clusters = snapshot.clusters.flatMap(({ index, name }) => {
    const at = { cluster: index, clusterName: name };
    const tunnel = { online: true, address: pick("h:80", "::1:9000"), nodeId: pick("", "n") } as const;
    const replace: PolicyStep = { kind: "replace_cluster", ...at, tunnel, tunnelListener: "tunnel" };
    const bind: PolicyStep = { kind: "bind_cluster", ...at, device: "vrf-0123456789a" };
    return pick<PolicyStep[]>([], [replace], [bind], [bind, replace]);
  });
  const managers = snapshot.httpManagers.flatMap(({ listener, listenerName, chain, filter }) => {
    const at = { listener, listenerName, chain, filter };
    const both: PolicyStep[] = [
      { kind: "insert_waf_filter", ...at, waf },
      { kind: "set_local_reply", ...at, reply },
    ];
    return pick<PolicyStep[]>([], both, both.slice(1), [...both, { kind: "fail_http_manager", ...at }]);
  });
  const routes = snapshot.routeConfigs.flatMap(({ index, name, virtualHosts }) =>
    virtualHosts.flatMap((host): PolicyStep[] => {
      const at = {
        routeConfig: index,
        routeConfigName: name,
        virtualHost: host.place,
        virtualHostName: host.name,
      };
      const connect: PolicyStep = {
        kind: "add_connect_route",
        ...at,
        name: "connect",
        cluster: "c",
        domain: pick(null, "new.test"),
      };
      const offline: PolicyStep = { kind: "add_offline_route", ...at, name: "offline" };
      const fail: PolicyStep = { kind: "fail_virtual_host", ...at };
      const own = host.routes.flatMap((route) => {
        const place = { ...at, route: route.place, routeName: route.name };
        const policy = pick(null, ...POLICIES);
        const stamp: PolicyStep = { kind: "stamp_route", ...place, project: pick("p", ""), policy, waf };
        const refuse: PolicyStep = {
          kind: "refuse_route",
          ...place,
          status: pick(500, 503),
          body: pick("", "no"),
        };
        return pick<PolicyStep[]>([], [stamp], [stamp], [stamp, { ...refuse, body: "first" }, refuse]);
      });
      return [...own, ...pick<PolicyStep[]>([], [connect], [connect, offline], [connect, fail])];
    })
  );
  return [...routes, ...managers, ...clusters];
}
