import type { ConnectorFate } from "../model/mod.ts";
import type { RouteView, VirtualHostView } from "../xds/mod.ts";
import type { PolicyContext } from "./policy_context.ts";

/** Names of clusters with a connector behind them, as far as routes may go by them. */
export class ConnectorNames {
  readonly #context: PolicyContext;
  #known: ReadonlySet<string> | null = null;
  readonly #failed: ReadonlySet<string>;
  // The routes of a virtual host mostly lead to one cluster.
  #latest = "";
  #latestFate: ConnectorFate | null = null;

  /** Reads which clusters there are, and which have failed. */
  constructor(context: PolicyContext) {
    this.#context = context;
    const { whole, snapshot, failedClusters = [] } = context;
    // Without a single cluster the list was not sent: the names are taken to be fine.
    if (whole && snapshot.clusters.length > 0) {
      this.#known = new Set(snapshot.clusters.map(({ name }) => name));
    }
    this.#failed = new Set([...failedClusters].map((index) => snapshot.clusters[index]?.name ?? ""));
  }

  /**
   * What is behind a cluster. A tunnel is there only where its cluster is in the snapshot; that it is offline counts
   * without.
   *
   * @returns `null` for a cluster of another kind.
   */
  fate(cluster: string): ConnectorFate | null {
    if (cluster === this.#latest) return this.#latestFate;
    const fate = this.#context.index.connector(cluster);
    this.#latest = cluster;
    const isMissing = this.#known?.has(cluster) === false;
    return this.#latestFate = isMissing && (fate?.online || this.#context.settings.compat === "nso")
      ? null
      : fate;
  }

  /** Whether a cluster should lead into a tunnel and does not. */
  hasFailed(cluster: string): boolean {
    return this.#failed.has(cluster);
  }

  /** The first cluster with a connector that a route leads to; `nso` knows no weighted ones. */
  firstOf(route: RouteView): string | null {
    const { clusters } = route;
    if (this.#context.settings.compat === "nso" && clusters.length !== 1) return null;
    for (const cluster of clusters) if (this.fate(cluster) !== null) return cluster;
    return null;
  }

  /**
   * The cluster of a connector that is offline to which a route led before it was refused. PostRouteModify comes before
   * the hook of the virtual host, and has put the answer in place of the cluster; what is left is the name of the route.
   */
  refusedOf(route: RouteView): string | null {
    if (route.clusters.length > 0) return null;
    const cluster = RULE.exec(route.name)?.[1];
    return cluster !== undefined && this.fate(cluster)?.online === false ? cluster : null;
  }
}

/** What stands in front of the number of a match in the names that Envoy Gateway gives to routes. */
const RULE = /^(httproute\/[^/]+\/[^/]+\/rule\/\d+)\/match\//;

/** What the routes of a virtual host say of connectors. */
export interface HostSurvey {
  /** The cluster that CONNECT is about; `null` where no route leads to a connector. */
  readonly cluster: string | null;
  /** Routes that lead to a connector. */
  readonly routes: readonly RouteView[];
  /** Those of them that lead, with all or part of their requests, to one that is offline. */
  readonly offline: readonly RouteView[];
}

const NOTHING: HostSurvey = { cluster: null, routes: [], offline: [] };

/** Looks through the routes of a virtual host. */
export function surveyHost(host: VirtualHostView, names: ConnectorNames, nso: boolean): HostSurvey {
  let cluster: string | null = null;
  let routes: RouteView[] | null = null;
  let offline: RouteView[] | null = null;
  for (const route of host.routes) {
    const first = names.firstOf(route);
    if (first === null) {
      if (!nso) cluster ??= names.refusedOf(route);
      continue;
    }
    cluster ??= first;
    if (nso && first !== cluster) continue;
    (routes ??= []).push(route);
    if (route.clusters.some((name) => names.fate(name)?.online === false)) (offline ??= []).push(route);
  }
  return cluster === null ? NOTHING : { cluster, routes: routes ?? [], offline: offline ?? [] };
}
