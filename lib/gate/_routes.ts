import type { JsonObject, PublishedObject, ResourceObject } from "../model/mod.ts";
import { asObject } from "../resources/mod.ts";
import { asObjects } from "./_json.ts";
import type { RouteGuide } from "./_lead_route.ts";
import { furtherName, GATEWAY_GROUP } from "./_names.ts";

/** The kinds of the Gateway API that attach to listeners. */
const ROUTES: ReadonlySet<string> = new Set(["HTTPRoute", "GRPCRoute", "TLSRoute", "TCPRoute", "UDPRoute"]);

/** What the Gateway API allows in one route (maxItems of its schema). */
const MOST_PARENTS = 32;

export function isRoute({ group, kind }: ResourceObject): boolean {
  return group === GATEWAY_GROUP && ROUTES.has(kind);
}

/**
 * Leads a route to where its listeners are published.
 *
 * - A reference to a ListenerSet becomes one to each of its listeners that the route may use and shares a name with.
 * - A reference to a whole Gateway means the Gateway's own listeners (Gateway API): where a set has brought others that the
 *   route would fit, the own ones are named one by one; where the Gateway was split, every part that the route fits is named.
 * - A route with nothing left to refer to stays out: Envoy Gateway would keep the references that it had before.
 * - A route that no rule concerns stays the object that it was.
 *
 * @returns One object; none if nothing is left; several where there are more references than a route may have.
 */
export function publishRoute(
  route: ResourceObject,
  guide: RouteGuide,
  isTaken: (name: string) => boolean,
): PublishedObject[] {
  const spec = asObject(route.value.spec);
  const parents = asObjects(spec.parentRefs);
  const leads = guide.lead(route);
  if (leads.length === parents.length && leads.every((lead, index) => lead === parents[index])) {
    return [published(route, route.name, route.value)];
  }
  const unique = distinct(leads);
  const chunks: JsonObject[][] = [];
  for (let at = 0; at < unique.length; at += MOST_PARENTS) chunks.push(unique.slice(at, at + MOST_PARENTS));
  return chunks.map((parentRefs, index) => {
    const name = index === 0 ? route.name : furtherName(route.name, index + 1, isTaken);
    const metadata = { ...asObject(route.value.metadata), name };
    return published(route, name, { ...route.value, metadata, spec: { ...spec, parentRefs } });
  });
}

function published(route: ResourceObject, name: string, value: JsonObject): PublishedObject {
  const { group, version, kind, namespace } = route;
  return { apiVersion: `${group}/${version}`, kind, namespace, name, value };
}

function distinct(leads: readonly JsonObject[]): JsonObject[] {
  const seen = new Map<string, JsonObject>();
  for (const lead of leads) {
    const { namespace, name, sectionName, port, kind } = lead;
    seen.set(JSON.stringify([kind ?? "Gateway", namespace, name, sectionName, port]), lead);
  }
  return [...seen.values()];
}
