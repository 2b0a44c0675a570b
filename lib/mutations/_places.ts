import type { ClusterPlace, HttpManagerPlace, RoutePlace, VirtualHostPlace } from "../model/mod.ts";
import type {
  ClusterView,
  HttpManagerView,
  RouteConfigView,
  RouteView,
  VirtualHostView,
} from "../xds/mod.ts";
import type { Target } from "./target.ts";

/** Where a manager stands. */
export function managerPlace({ listener, listenerName, chain, filter }: HttpManagerView): HttpManagerPlace {
  return { listener, listenerName, chain, filter };
}

/** Where a cluster stands. */
export function clusterPlace({ index, name }: ClusterView): ClusterPlace {
  return { cluster: index, clusterName: name };
}

/** Where a virtual host stands. */
export function virtualHostPlace(config: RouteConfigView, host: VirtualHostView): VirtualHostPlace {
  return {
    routeConfig: config.index,
    routeConfigName: config.name,
    virtualHost: host.place,
    virtualHostName: host.name,
  };
}

/** Where a route stands. */
export function routePlace(config: RouteConfigView, host: VirtualHostView, route: RouteView): RoutePlace {
  return { ...virtualHostPlace(config, host), route: route.place, routeName: route.name };
}

/** A manager as a target. */
export function managerTarget(manager: HttpManagerView): Target {
  const routeConfigName = manager.routes.kind === "rds" ? manager.routes.name : "";
  return { kind: "httpManager", ...managerPlace(manager), routeConfigName };
}

/** Whether a virtual host is none: the frame of the one route of a small hook. Envoy takes none without a domain. */
export function isFrame(host: VirtualHostView, { whole }: { readonly whole: boolean }): boolean {
  return !whole && host.name === "" && host.domains.length === 0;
}

/** Two targets with the same key are the same. */
export function targetKey(target: Target): string {
  switch (target.kind) {
    case "httpManager":
      return `m ${target.listener} ${target.chain} ${target.filter}`;
    case "virtualHost":
      return `v ${target.routeConfig} ${target.virtualHost}`;
    case "route":
      return `r ${target.routeConfig} ${target.virtualHost} ${target.route}`;
    case "cluster":
      return `c ${target.cluster}`;
  }
}
