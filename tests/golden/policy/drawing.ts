/** Snapshots for tests of policy mutations, drawn in few words: the shape of what Envoy Gateway sends. */
import { create, type MessageInitShape, toBinary } from "@bufbuild/protobuf";
import { type Any, anyPack } from "@bufbuild/protobuf/wkt";
import {
  HttpConnectionManagerSchema,
} from "../../../proto/gen/envoy/extensions/filters/network/http_connection_manager/v3/http_connection_manager_pb.ts";
import type {
  RouteSchema,
  VirtualHostSchema,
} from "../../../proto/gen/envoy/config/route/v3/route_components_pb.ts";
import type { RouteConfigurationSchema } from "../../../proto/gen/envoy/config/route/v3/route_pb.ts";
import { RouterSchema } from "../../../proto/gen/envoy/extensions/filters/http/router/v3/router_pb.ts";
import { type Chain, type Listener, PostTranslateModifyRequestSchema } from "../build.ts";

/** An HTTP connection manager; one of the first three. */
export interface DrawnManager {
  /** Name of the route configuration that it asks for. */
  readonly rds?: string;
  readonly inline?: boolean;
  readonly unreadable?: boolean;
  /** Names of the HTTP filters; only the router by default. */
  readonly filters?: readonly string[];
  readonly localReply?: boolean;
}

export interface DrawnListener {
  readonly name: string;
  /** The managers of each chain. */
  readonly chains?: readonly (readonly DrawnManager[])[];
  readonly default?: readonly DrawnManager[];
}

export interface DrawnRoute {
  readonly name: string;
  readonly cluster?: string;
  readonly weighted?: readonly string[];
  /** Answers with this status itself. */
  readonly answers?: number;
  /** `HTTPRoute namespace/name` or `HTTPRoute namespace/name/rule`; a kind that is left out is written as empty. */
  readonly of?: string;
}

export interface DrawnHost {
  readonly name: string;
  readonly domains?: readonly string[];
  /** `Gateway namespace/name/listener`; with the kind left out as in Envoy Gateway's file mode. */
  readonly of?: string;
  readonly routes?: readonly DrawnRoute[];
}

export interface DrawnConfig {
  readonly name: string;
  readonly hosts: readonly DrawnHost[];
}

export interface Drawing {
  readonly clusters?: readonly string[];
  readonly listeners?: readonly DrawnListener[];
  readonly routes?: readonly DrawnConfig[];
}

/** Serializes a `PostTranslateModifyRequest`. */
export function draw({ clusters = [], listeners = [], routes = [] }: Drawing): Uint8Array {
  return toBinary(
    PostTranslateModifyRequestSchema,
    create(PostTranslateModifyRequestSchema, {
      clusters: clusters.map((name) => ({ name })),
      listeners: listeners.map(listenerOf),
      routes: routes.map(configOf),
    }),
  );
}

function listenerOf({ name, chains = [], default: byDefault }: DrawnListener): Listener {
  return {
    name,
    filterChains: chains.map((managers, at) => chainOf(`${name} ${at}`, managers)),
    ...(byDefault ? { defaultFilterChain: chainOf(`${name} default`, byDefault) } : {}),
  };
}

const MANAGER = "envoy.filters.network.http_connection_manager";
const ROUTER = anyPack(RouterSchema, create(RouterSchema));

function chainOf(name: string, managers: readonly DrawnManager[]): Chain {
  return {
    name,
    filters: managers.map((manager) => ({
      name: MANAGER,
      configType: { case: "typedConfig", value: managerOf(manager) },
    })),
  };
}

function managerOf({ rds, unreadable, filters, localReply }: DrawnManager): Any {
  const value = create(HttpConnectionManagerSchema, {
    statPrefix: "http",
    routeSpecifier: rds === undefined
      ? { case: "routeConfig", value: { name: "inline" } }
      : { case: "rds", value: { configSource: ADS, routeConfigName: rds } },
    httpFilters: (filters ?? ["envoy.filters.http.router"]).map((name) => ({
      name,
      configType: { case: "typedConfig" as const, value: ROUTER },
    })),
    ...(localReply ? { localReplyConfig: {} } : {}),
  });
  const any = anyPack(HttpConnectionManagerSchema, value);
  // A length that reaches behind the end.
  return unreadable ? { ...any, value: new Uint8Array([...any.value, 0x12, 0x7f]) } : any;
}

const ADS = { configSourceSpecifier: { case: "ads" as const, value: {} } };

function configOf({ name, hosts }: DrawnConfig): MessageInitShape<typeof RouteConfigurationSchema> {
  return { name, virtualHosts: hosts.map(hostOf) };
}

function hostOf(
  { name, domains = [`${name}.test`], of, routes = [] }: DrawnHost,
): MessageInitShape<typeof VirtualHostSchema> {
  return { name, domains: [...domains], routes: routes.map(routeOf), ...metadata(of) };
}

function routeOf(
  { name, cluster, weighted, answers, of }: DrawnRoute,
): MessageInitShape<typeof RouteSchema> {
  const match = { pathSpecifier: { case: "prefix" as const, value: "/" } };
  return { name, match, ...metadata(of), action: actionOf({ cluster, weighted, answers }) };
}

function actionOf(
  { cluster, weighted, answers }: Pick<DrawnRoute, "cluster" | "weighted" | "answers">,
): MessageInitShape<typeof RouteSchema>["action"] {
  if (answers !== undefined) return { case: "directResponse", value: { status: answers } };
  const specifier = weighted
    ? { case: "weightedClusters" as const, value: { clusters: weighted.map((name) => ({ name })) } }
    : { case: "cluster" as const, value: cluster ?? "backend" };
  return { case: "route", value: { clusterSpecifier: specifier } };
}

function metadata(of: string | undefined) {
  if (of === undefined) return {};
  const [names, kind = ""] = of.split(" ").reverse();
  const [namespace, name, sectionName] = names.split("/");
  const resource = { kind, namespace, name, ...(sectionName === undefined ? {} : { sectionName }) };
  return { metadata: { filterMetadata: { "envoy-gateway": { resources: [resource] } } } };
}
