import type { FailureScope, PolicyStep } from "../model/mod.ts";
import type { HttpManagerView, RouteConfigView, Snapshot, VirtualHostView } from "../xds/mod.ts";
import { isFrame, managerPlace, routePlace, virtualHostPlace } from "./_places.ts";
import type { PolicyContext } from "./policy_context.ts";
import type { Target } from "./target.ts";

/** Body of every 500 that stands in for a change that failed. */
export const FAILURE_BODY = "Not available: a required change to this route failed";

/** Listeners that Envoy Gateway makes for readiness and statistics; clients do not see them. */
const OF_THE_PROXY = "envoy-gateway-proxy-";

type ManagerTarget = Extract<Target, { readonly kind: "httpManager" }>;

/** Collects steps that answer 500, each place once. */
export class FailureSteps {
  readonly steps: PolicyStep[] = [];
  readonly #context: PolicyContext;
  readonly #snapshot: Snapshot;
  readonly #done = new Set<string>();
  /** Managers by the route configuration that they ask for. */
  #askers: ReadonlyMap<string, readonly HttpManagerView[]> | null = null;
  #configs: ReadonlyMap<string, readonly RouteConfigView[]> | null = null;

  /** Begins with no step. */
  constructor(context: PolicyContext) {
    this.#context = context;
    this.#snapshot = context.snapshot;
  }

  /** A route, or more of what is around it. */
  route(routeConfig: number, virtualHost: number, route: number, scope: FailureScope): void {
    if (scope !== "route") return this.host(routeConfig, virtualHost, scope);
    const config = this.#snapshot.routeConfigs[routeConfig];
    const host = config?.virtualHosts[virtualHost];
    if (host?.routes[route] !== undefined) this.#refuse(config, host, route);
  }

  /** A virtual host, or more of what is around it. */
  host(routeConfig: number, virtualHost: number, scope: FailureScope): void {
    const config = this.#snapshot.routeConfigs[routeConfig];
    const host = config?.virtualHosts[virtualHost];
    if (host === undefined) return;
    if (scope === "listener") this.#listenersOf(config);
    else this.#failHost(config, host);
  }

  /** A manager: what it serves, or all that its listener does. */
  manager(target: ManagerTarget, scope: FailureScope): void {
    const manager = this.#snapshot.httpManagers.find(({ listener, chain, filter }) =>
      listener === target.listener && chain === target.chain && filter === target.filter
    );
    if (manager === undefined) return;
    if (scope === "listener") this.#listener(manager.listener);
    else this.#failManager(manager, scope === "route" ? "route" : "virtualHost");
  }

  /** All that there is, but for what tells Kubernetes and Prometheus of the Envoy itself. */
  everything(): PolicyStep[] {
    for (const config of this.#snapshot.routeConfigs) this.#failConfig(config, "virtualHost");
    for (const manager of this.#snapshot.httpManagers) {
      if (!manager.listenerName.startsWith(OF_THE_PROXY)) this.#failManager(manager, "virtualHost");
    }
    return this.steps;
  }

  #listenersOf(config: RouteConfigView): void {
    if (!this.#first(`listeners of ${config.index}`)) return;
    this.#failConfig(config, "virtualHost");
    this.#askers ??= Map.groupBy(
      this.#snapshot.httpManagers,
      ({ routes }) => routes.kind === "rds" ? routes.name : "",
    );
    for (const { listener } of this.#askers.get(config.name) ?? []) this.#listener(listener);
  }

  #listener(listener: number): void {
    if (!this.#first(`listener ${listener}`)) return;
    for (const manager of this.#snapshot.httpManagers) {
      if (manager.listener === listener) this.#failManager(manager, "virtualHost");
    }
  }

  #failManager(manager: HttpManagerView, scope: "route" | "virtualHost"): void {
    this.#configs ??= Map.groupBy(this.#snapshot.routeConfigs, ({ name }) => name);
    const configs = manager.routes.kind === "rds" ? this.#configs.get(manager.routes.name) ?? [] : [];
    for (const config of configs) this.#failConfig(config, scope);
    const place = managerPlace(manager);
    if (configs.length === 0 && this.#first(`m ${place.listener} ${place.chain} ${place.filter}`)) {
      this.steps.push({ kind: "fail_http_manager", ...place });
    }
  }

  #failConfig(config: RouteConfigView, scope: "route" | "virtualHost"): void {
    if (!this.#first(`${scope} of ${config.index}`)) return;
    for (const host of config.virtualHosts) {
      if (scope === "virtualHost") this.#failHost(config, host);
      else for (const { place } of host.routes) this.#refuse(config, host, place);
    }
  }

  #failHost(config: RouteConfigView, host: VirtualHostView): void {
    if (isFrame(host, this.#context)) {
      for (const { place } of host.routes) this.#refuse(config, host, place);
    } else if (this.#first(`v ${config.index} ${host.place}`)) {
      this.steps.push({ kind: "fail_virtual_host", ...virtualHostPlace(config, host) });
    }
  }

  #refuse(config: RouteConfigView, host: VirtualHostView, route: number): void {
    if (!this.#first(`r ${config.index} ${host.place} ${route}`)) return;
    const at = routePlace(config, host, host.routes[route]);
    this.steps.push({ kind: "refuse_route", ...at, status: 500, body: FAILURE_BODY });
  }

  #first(key: string): boolean {
    if (this.#done.has(key)) return false;
    this.#done.add(key);
    return true;
  }
}
