/**
 * What the steps of policies mean, said once more on decoded messages and in the plainest way: the answer of lib/xds has to
 * decode to the same. Shares no code with it.
 */
import { create } from "@bufbuild/protobuf";
import { type Any, anyPack, anyUnpack } from "@bufbuild/protobuf/wkt";
import {
  type Cluster,
  Cluster_DiscoveryType,
  ClusterSchema,
} from "../../proto/gen/envoy/config/cluster/v3/cluster_pb.ts";
import { ComparisonFilter_Op } from "../../proto/gen/envoy/config/accesslog/v3/accesslog_pb.ts";
import { BindConfigSchema } from "../../proto/gen/envoy/config/core/v3/address_pb.ts";
import { MetadataSchema } from "../../proto/gen/envoy/config/core/v3/base_pb.ts";
import { RouteConfigurationSchema } from "../../proto/gen/envoy/config/route/v3/route_pb.ts";
import {
  DirectResponseActionSchema,
  type Route,
  RouteSchema,
  type VirtualHost,
} from "../../proto/gen/envoy/config/route/v3/route_components_pb.ts";
import {
  ConfigSchema,
  ConfigsPerRouteSchema,
} from "../../proto/gen/envoy/extensions/filters/http/golang/v3alpha/golang_pb.ts";
import {
  type HttpConnectionManager,
  HttpConnectionManagerSchema,
  HttpFilterSchema,
  LocalReplyConfigSchema,
} from "../../proto/gen/envoy/extensions/filters/network/http_connection_manager/v3/http_connection_manager_pb.ts";
import { InternalUpstreamTransportSchema } from "../../proto/gen/envoy/extensions/transport_sockets/internal_upstream/v3/internal_upstream_pb.ts";
import { RawBufferSchema } from "../../proto/gen/envoy/extensions/transport_sockets/raw_buffer/v3/raw_buffer_pb.ts";
import type { PostTranslateModifyRequest } from "../../proto/gen/extension/service_pb.ts";
import { TypedStructSchema } from "../../proto/gen/xds/type/v3/typed_struct_pb.ts";
import type { LocalReply, PolicyStep, WafFilter } from "../../lib/model/mod.ts";

/** Changes a decoded request as the steps say. */
export function applyByModel(request: PostTranslateModifyRequest, steps: readonly PolicyStep[]): void {
  // What fails as a whole is that whatever else is said of it, so it comes last.
  const order = (step: PolicyStep) => step.kind.startsWith("fail_") || step.kind === "bind_cluster" ? 1 : 0;
  const sorted = steps.toSorted((a, b) => order(a) - order(b));
  const routes = request.routes.map(({ virtualHosts }) => virtualHosts.map((host) => [...host.routes]));
  const added = new Map<VirtualHost, Route[]>();
  for (const step of sorted) {
    if ("routeConfig" in step) {
      const host = request.routes[step.routeConfig].virtualHosts[step.virtualHost];
      const route = "route" in step ? routes[step.routeConfig][step.virtualHost][step.route] : null;
      changeRoutes(step, { host, route, added });
    } else if ("listener" in step) {
      const { filterChains, defaultFilterChain } = request.listeners[step.listener];
      const chain = step.chain === "default" ? defaultFilterChain! : filterChains[step.chain];
      const any = chain.filters[step.filter].configType.value as Any;
      const manager = anyUnpack(any, HttpConnectionManagerSchema)!;
      changeManager(step, manager);
      any.value = anyPack(HttpConnectionManagerSchema, manager).value;
    } else request.clusters[step.cluster] = changedCluster(step, request.clusters[step.cluster]);
  }
}

interface Place {
  readonly host: VirtualHost;
  readonly route: Route | null;
  readonly added: Map<VirtualHost, Route[]>;
}

function changeRoutes(step: PolicyStep, { host, route, added }: Place): void {
  const addFirst = (init: Route) => {
    const before = added.get(host) ?? [];
    host.routes.splice(before.length, 0, init);
    added.set(host, [...before, init]);
  };
  const match = { pathSpecifier: { case: "connectMatcher" as const, value: {} } };
  if (step.kind === "add_connect_route") {
    const clusterSpecifier = { case: "cluster" as const, value: step.cluster };
    const upgradeConfigs = [{ upgradeType: "CONNECT", connectConfig: {} }];
    const action = { case: "route" as const, value: { clusterSpecifier, upgradeConfigs } };
    addFirst(create(RouteSchema, { name: step.name, match, action }));
    if (step.domain !== null) host.domains.push(step.domain);
  } else if (step.kind === "add_offline_route") {
    addFirst(create(RouteSchema, { name: step.name, match, action: answer(503, "Tunnel not online") }));
  } else if (step.kind === "refuse_route") route!.action = answer(step.status, step.body);
  else if (step.kind === "stamp_route") stamp(route!, step);
  else {
    const everything = { pathSpecifier: { case: "prefix" as const, value: "/" } };
    host.routes = [
      create(RouteSchema, { name: "certgate-failed", match: everything, action: answer(500, "") }),
    ];
    host.domains = host.domains.filter((domain) => domain !== "new.test");
  }
}

function answer(status: number, body: string) {
  const text = { specifier: { case: "inlineString" as const, value: body } };
  const value = create(DirectResponseActionSchema, { status, ...(body === "" ? {} : { body: text }) });
  return { case: "directResponse" as const, value };
}

function stamp(route: Route, { project, policy, waf }: Extract<PolicyStep, { kind: "stamp_route" }>): void {
  route.metadata ??= create(MetadataSchema);
  const own = route.metadata.filterMetadata;
  if (policy === null) {
    own["datum-gateway"] = { ...own["datum-gateway"], project_name: project };
    return;
  }
  const { namespace, name, mode, generation } = policy;
  own["datum-gateway"] = {
    project_name: project,
    resources: [{ kind: "TrafficProtectionPolicy", namespace, name, mode, generation }],
  };
  const config = create(ConfigsPerRouteSchema, {
    pluginsConfig: {
      [waf.pluginName]: { override: { case: "config", value: plugin(policy.directives, waf) } },
    },
  });
  route.typedPerFilterConfig[waf.filterName] = anyPack(ConfigsPerRouteSchema, config);
}

function plugin(directives: readonly string[], waf: WafFilter): Any {
  const escapes: Record<string, string> = {
    "<": "3c",
    ">": "3e",
    "&": "26",
    "\u2028": "2028",
    "\u2029": "2029",
  };
  const list = JSON.stringify(directives.map((one) => one.toWellFormed())).split("").map((char) =>
    char in escapes ? "\\u" + escapes[char].padStart(4, "0") : char
  ).join("");
  const value = {
    log_format: "json",
    directives: '{"coraza":{"simple_directives":' + list + "}}",
    default_directive: "coraza",
    trace_route_metadata_extractor: waf.traceRouteMetadataExtractor,
  };
  return anyPack(TypedStructSchema, create(TypedStructSchema, { value }));
}

function changeManager(step: PolicyStep, manager: HttpConnectionManager): void {
  if (step.kind === "insert_waf_filter") manager.httpFilters.unshift(wafFilter(step.waf));
  else if (step.kind === "set_local_reply") manager.localReplyConfig = localReply(step.reply);
  else {
    const action = answer(500, "");
    const match = { pathSpecifier: { case: "prefix" as const, value: "/" } };
    const name = "certgate-failed";
    const virtualHosts = [{ name, domains: ["*"], routes: [{ name, match, action }] }];
    const value = create(RouteConfigurationSchema, { name, virtualHosts });
    manager.routeSpecifier = { case: "routeConfig", value };
    manager.localReplyConfig = undefined;
    manager.httpFilters = manager.httpFilters.filter((filter) => !filter.disabled);
  }
}

function wafFilter(waf: WafFilter) {
  const { libraryId, libraryPath, pluginName } = waf;
  const pluginConfig = plugin(waf.listenerDirectives, waf);
  const config = create(ConfigSchema, { libraryId, libraryPath, pluginName, pluginConfig });
  const configType = { case: "typedConfig" as const, value: anyPack(ConfigSchema, config) };
  return create(HttpFilterSchema, { name: waf.filterName, disabled: true, configType });
}

function localReply({ body, contentType, minStatusCode, runtimeKey }: LocalReply) {
  const value = { defaultValue: minStatusCode, runtimeKey };
  const comparison = { op: ComparisonFilter_Op.GE, value };
  const source = { specifier: { case: "inlineString" as const, value: body } };
  return create(LocalReplyConfigSchema, {
    mappers: [{
      filter: { filterSpecifier: { case: "statusCodeFilter", value: { comparison } } },
      bodyFormatOverride: { contentType, format: { case: "textFormatSource", value: source } },
    }],
  });
}

function changedCluster(step: PolicyStep, cluster: Cluster): Cluster {
  if (step.kind === "replace_cluster") return tunnel(step);
  if (step.kind !== "bind_cluster") {
    throw new Error("Cannot change a cluster: the step is for something else");
  }
  const buffer = { case: "bufValue" as const, value: new TextEncoder().encode(step.device) };
  cluster.upstreamBindConfig = create(BindConfigSchema, {
    socketOptions: [{ level: 1n, name: 25n, value: buffer }],
  });
  return cluster;
}

function tunnel(step: Extract<PolicyStep, { kind: "replace_cluster" }>): Cluster {
  const inner = anyPack(RawBufferSchema, create(RawBufferSchema));
  const transport = create(InternalUpstreamTransportSchema, {
    passthroughMetadata: [{ kind: { kind: { case: "host", value: {} } }, name: "tunnel" }],
    transportSocket: {
      name: "envoy.transport_sockets.raw_buffer",
      configType: { case: "typedConfig", value: inner },
    },
  });
  const address = {
    address: {
      case: "envoyInternalAddress" as const,
      value: { addressNameSpecifier: { case: "serverListenerName" as const, value: step.tunnelListener } },
    },
  };
  const about = { tunnel: { address: step.tunnel.address, endpoint_id: step.tunnel.nodeId } };
  const endpoint = {
    hostIdentifier: { case: "endpoint" as const, value: { address } },
    metadata: { filterMetadata: about },
  };
  return create(ClusterSchema, {
    name: step.clusterName,
    clusterDiscoveryType: { case: "type", value: Cluster_DiscoveryType.STATIC },
    connectTimeout: { seconds: 5n },
    loadAssignment: { clusterName: step.clusterName, endpoints: [{ lbEndpoints: [endpoint] }] },
    transportSocket: {
      name: "envoy.transport_sockets.internal_upstream",
      configType: { case: "typedConfig", value: anyPack(InternalUpstreamTransportSchema, transport) },
    },
  });
}
