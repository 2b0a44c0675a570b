import type { PolicyStep } from "../model/mod.ts";
import { connectRoute, directResponse, FAILED_ROUTE, offlineRoute } from "./_answers.ts";
import { textField } from "./_encode.ts";
import { groupBy } from "./_group_by.ts";
import { fieldOf, type Parts, rewrite } from "./_rewrite.ts";
import { type Span, valueOf } from "./_span.ts";
import { stampFields } from "./_stamp.ts";

/** A step at a route configuration, or at what is in it. */
export type RouteConfigStep = Extract<PolicyStep, { readonly routeConfig: number }>;
type RouteStep = Extract<RouteConfigStep, { readonly route: number }>;

const ROUTES = 3;
/** `Route.action`: route, redirect, direct_response, filter_action, non_forwarding_action. */
const ACTIONS: ReadonlySet<number> = new Set([2, 3, 7, 17, 18]);

/** Applies all steps of one route configuration. A step at a place that does not exist is ignored. */
export function editRouteConfig(span: Span, steps: readonly RouteConfigStep[]): Parts {
  const byHost = groupBy(steps, ({ virtualHost }) => virtualHost);
  return rewriteEach(span, 2, (host, place) => {
    const own = byHost.get(place);
    return own && editVirtualHost(host, own);
  });
}

function editVirtualHost(span: Span, steps: readonly RouteConfigStep[]): Parts {
  if (steps.some(({ kind }) => kind === "fail_virtual_host")) {
    // 21 is the matcher, which would choose among routes in place of the list.
    const rest = rewrite(span, ({ field }) => field === ROUTES || field === 21 ? null : undefined);
    return [...rest, FAILED_ROUTE];
  }
  const byRoute = groupBy(steps.filter((step) => "route" in step), ({ route }) => route);
  const routes = rewriteEach(span, ROUTES, (route, place) => {
    const own = byRoute.get(place);
    return own && editRoute(route, own);
  });
  // A list is in the order of its occurrences, wherever they stand: what comes before everything else is first.
  return [...steps.flatMap(addedRoute), ...routes, ...steps.flatMap(addedDomain)];
}

function addedRoute(step: RouteConfigStep): Parts {
  if (step.kind === "add_connect_route") return [connectRoute(step.name, step.cluster)];
  return step.kind === "add_offline_route" ? [offlineRoute(step.name)] : [];
}

function addedDomain(step: RouteConfigStep): Parts {
  return step.kind === "add_connect_route" && step.domain !== null ? [textField(2, step.domain)] : [];
}

function editRoute(span: Span, steps: readonly RouteStep[]): Parts {
  const stamp = steps.findLast((step) => step.kind === "stamp_route");
  const refusal = steps.findLast((step) => step.kind === "refuse_route");
  const stamped = stamp === undefined ? [] : stampFields(span, stamp);
  if (refusal === undefined) return [span, ...stamped];
  // Two direct responses would merge, so the old action goes first.
  const rest = rewrite(span, ({ field }) => ACTIONS.has(field) ? null : undefined);
  return [...rest, directResponse(refusal.status, refusal.body), ...stamped];
}

/** Copies a message with some members of a list changed. @param change Gets the position, `undefined` keeps it. */
function rewriteEach(
  span: Span,
  number: number,
  change: (value: Span, place: number) => Parts | undefined,
): Parts {
  let place = 0;
  return rewrite(span, (walk) => {
    if (walk.field !== number || walk.wire !== 2) return undefined;
    const now = change(valueOf(walk), place++);
    return now && fieldOf(number, now);
  });
}
