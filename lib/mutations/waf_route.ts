import type { Governing, ResourceRef, WafFilter } from "../model/mod.ts";
import type { RouteConfigView, RouteView, VirtualHostView } from "../xds/mod.ts";
import { isOwnRoute } from "./_own_routes.ts";
import { isFrame, routePlace, virtualHostPlace } from "./_places.ts";
import type { PolicyContext } from "./policy_context.ts";
import type { Job, Run } from "./_run.ts";
import type { Target } from "./target.ts";

/**
 * Writes on each route which project pays for it and which policy governs it, and switches the Coraza filter on with the
 * directives of that policy.
 *
 * - Only in virtual hosts that are made of a Gateway which is ours: see `PolicyIndex.governing`.
 * - Every route of such a host gets the project's name, with an empty one too, as long as there are policy objects.
 * - With the filter switched off (`settings.waf` is `null`) the project's name is all that is written.
 * - With an Envoy that would refuse the filter (`wafProblem`) so it is, and what a policy governs fails with `lint`.
 * - A route that says exactly that already gets no step, and neither does one that `connectorRoutes` has added.
 * - What does not read is reported as `malformed` and goes out as it came; the rest goes on.
 *
 * A route that comes alone (PostRouteModify) does not say which Gateway it is of: there only policies of its HTTPRoute
 * count, and the hook of its virtual host adds those of the Gateway.
 */
export function planWafRoutes(run: Run): void {
  const { snapshot, index } = run.context;
  if (index.isEmpty) return;
  for (const config of snapshot.routeConfigs) {
    for (const host of config.virtualHosts) run.attempt({ config, host }, STAMP_ALL);
  }
}

interface Host {
  readonly config: RouteConfigView;
  readonly host: VirtualHostView;
}

/** One object for all routes of a host: tens of thousands of them go by in a call. */
interface Cursor extends Host {
  /** Reading it is not free. */
  readonly hostName: string;
  route: RouteView;
  /** `null` for a route that comes alone. */
  readonly gateway: ResourceRef | null;
  /** Where no policy names routes: what holds for all of them. */
  readonly shared: Governing | null;
}

const STAMP_ALL: Job<Host> = {
  target: ({ config, host }) => ({ kind: "virtualHost", ...virtualHostPlace(config, host) }),
  plan(subject, run) {
    const { config, host } = subject;
    if (config.malformed || host.malformed) return run.skip(this.target(subject), "the virtual host");
    const { gateway, shared } = governingHost(host, run.context);
    if (gateway === null ? !isFrame(host, run.context) : shared === null) return;
    if (host.routes.length === 0) return;
    const cursor: Cursor = { config, host, hostName: host.name, route: host.routes[0], gateway, shared };
    for (const route of host.routes) {
      cursor.route = route;
      run.attempt(cursor, STAMP);
    }
  },
};

const STAMP: Job<Cursor> = {
  target: routeTarget,
  plan(cursor, run) {
    const { config, host, hostName, route } = cursor;
    if (route.malformed) return run.skip(routeTarget(cursor), "the route");
    const { waf } = run.context.settings;
    const governing = governingRoute(cursor, run.context);
    if (governing === null) return;
    const { project } = governing;
    const { wafProblem = "" } = run.context;
    const wanted = waf === null ? null : governing.policy;
    const policy = wafProblem === "" ? wanted : null;
    if (policy !== wanted) {
      if (isOwnRoute(route, { name: route.name, hostName })) return;
      run.fail(routeTarget(cursor), "lint", wafProblem);
    }
    if (route.isStampedAs(project, policy, waf ?? NO_FILTER)) {
      if (policy !== null) run.standing.add(policy);
      return;
    }
    const routeName = route.name;
    if (isOwnRoute(route, { name: routeName, hostName })) return;
    run.add({
      kind: "stamp_route",
      routeConfig: config.index,
      routeConfigName: config.name,
      virtualHost: host.place,
      virtualHostName: hostName,
      route: route.place,
      routeName,
      project,
      policy,
      waf: waf ?? NO_FILTER,
    });
  },
};

function routeTarget({ config, host, route }: Cursor): Target {
  return { kind: "route", ...routePlace(config, host, route) };
}

/** Stands where no policy is written, so that nothing of it is. */
const NO_FILTER: WafFilter = {
  filterName: "",
  pluginName: "",
  libraryId: "",
  libraryPath: "",
  listenerDirectives: [],
  traceRouteMetadataExtractor: "",
};

/** What a virtual host is made of, and what governs it; nothing where it is not ours. */
export function governingHost(
  host: VirtualHostView,
  { index }: PolicyContext,
): { readonly gateway: ResourceRef | null; readonly shared: Governing | null } {
  const { gateway } = host;
  return { gateway, shared: gateway === null ? null : index.governing(gateway, null) };
}

function governingRoute({ route, gateway, shared }: Cursor, { index }: PolicyContext): Governing | null {
  if (gateway !== null) return index.namesRoutes ? index.governing(gateway, route.resource) : shared;
  const { resource } = route;
  if (resource === null) return null;
  // No Gateway has an empty name, so no policy of a Gateway is found.
  const unknown = { kind: "Gateway", namespace: resource.namespace, name: "", sectionName: "" };
  return index.governing(unknown, resource);
}
