import type { PolicyEntry, PolicyStep, RoutePlace, VirtualHostPlace } from "../model/mod.ts";
import type { VirtualHostView } from "../xds/mod.ts";
import type { PolicyContext } from "./policy_context.ts";

type RouteStep = Extract<PolicyStep, { readonly routeConfig: number }>;

/** What Envoy takes as the body of a direct response unless told otherwise. */
const LONGEST_BODY = 4096;

/** Looks at steps of virtual hosts and routes, tens of thousands in a call: what was fine a step ago is not asked again. */
export class RouteLint {
  readonly #context: PolicyContext;
  #clusters: ReadonlySet<string> | null = null;
  #config = -1;
  #place = -1;
  #host: VirtualHostView | undefined;
  #routes = 0;
  #policy: PolicyEntry | null = null;
  #filter = "";
  /** Virtual hosts that have got a route for CONNECT. */
  readonly #connected = new Set<VirtualHostView>();

  /** Looks at nothing yet. */
  constructor(context: PolicyContext) {
    this.#context = context;
  }

  /** @returns in words what is wrong with a step; empty if nothing is. */
  check(step: RouteStep): string {
    const host = this.#find(step);
    if (host === undefined) return `there is no virtual host "${step.virtualHostName}" in this place`;
    switch (step.kind) {
      case "stamp_route":
        return this.#noRoute(step) || (step.policy === null ? "" : this.#checkPolicy(step, step.policy));
      case "refuse_route":
        return this.#noRoute(step) ||
          (new TextEncoder().encode(step.body).length > LONGEST_BODY ? "the body is too long" : "");
      case "fail_virtual_host":
        return "";
      default:
        return this.#checkAdded(step, host);
    }
  }

  #find({ routeConfig, virtualHost }: VirtualHostPlace): VirtualHostView | undefined {
    if (routeConfig !== this.#config || virtualHost !== this.#place) {
      this.#config = routeConfig;
      this.#place = virtualHost;
      this.#host = this.#context.snapshot.routeConfigs[routeConfig]?.virtualHosts[virtualHost];
      this.#routes = this.#host?.routes.length ?? 0;
    }
    return this.#host;
  }

  #noRoute({ route, routeName }: RoutePlace): string {
    return route >= 0 && route < this.#routes ? "" : `there is no route "${routeName}" in this place`;
  }

  #checkPolicy(
    { waf: { filterName, pluginName } }: Extract<PolicyStep, { readonly kind: "stamp_route" }>,
    policy: PolicyEntry,
  ): string {
    if (policy === this.#policy && filterName === this.#filter) return "";
    if (policy.name === "" || policy.namespace === "") return "the policy has no name";
    if (policy.directives.length === 0) return `the policy "${policy.name}" has no directives`;
    if (filterName === "" || pluginName === "") return "the filter has no name";
    if (!this.#hasFilter(filterName)) {
      return `no HTTP connection manager has the filter "${filterName}"`;
    }
    this.#policy = policy;
    this.#filter = filterName;
    return "";
  }

  /**
   * Whether some manager has the filter once `wafListener` is through. Where that mutation fails its own failure policy
   * has decided already, so every manager that it is for counts.
   */
  #hasFilter(name: string): boolean {
    const { snapshot: { httpManagers }, settings: { waf }, whole } = this.#context;
    if (!whole || httpManagers.length === 0) return true;
    return httpManagers.some(({ httpFilters, routes, malformed }) =>
      httpFilters.includes(name) ||
      name === waf?.filterName && routes.kind === "rds" && !malformed && httpFilters.length > 0
    );
  }

  #checkAdded(
    step: Extract<RouteStep, { readonly kind: "add_connect_route" | "add_offline_route" }>,
    host: VirtualHostView,
  ): string {
    if (step.name === "") return "the name of the route is empty";
    if (step.kind === "add_connect_route" && !this.#hasCluster(step.cluster)) {
      return `there is no cluster "${step.cluster}"`;
    }
    if (this.#connected.has(host)) return "the virtual host would get two routes for CONNECT";
    this.#connected.add(host);
    return "";
  }

  #hasCluster(name: string): boolean {
    const { snapshot: { clusters }, whole } = this.#context;
    if (name === "") return false;
    // Without a single cluster the list was not sent.
    if (!whole || clusters.length === 0) return true;
    return (this.#clusters ??= new Set(clusters.map((one) => one.name))).has(name);
  }
}
