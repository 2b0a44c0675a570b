import type { JsonObject, PublishedObject, ResourceObject } from "../model/mod.ts";
import { asObject, asObjects, asText, compact } from "./_json.ts";
import {
  type Drafts,
  type GatewayDraft,
  isOwn,
  type ListenerDraft,
  type Part,
  type SetDraft,
  setKey,
} from "./_drafts.ts";
import type { ResourceIndex } from "./_index.ts";
import { furtherName, GATEWAY_GROUP, keyOf, ownerKind } from "./_names.ts";
import { takesRoutes } from "./_publish_gateway.ts";

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
 *   route would fit, the own ones are named one by one; where the Gateway was split, every part is named.
 * - A route with nothing left to refer to stays out: Envoy Gateway would keep the references that it had before.
 * - A route that no rule concerns stays the object that it was.
 *
 * @returns One object; none if nothing is left; several where there are more references than a route may have.
 */
export function publishRoute(
  route: ResourceObject,
  drafts: Drafts,
  labelsOf: ResourceIndex["labelsOf"],
): PublishedObject[] {
  const spec = asObject(route.value.spec);
  const parents = asObjects(spec.parentRefs);
  const whole = parents.map((parent) => ({ parent, ...resolve(route, parent, drafts) }));
  // A Gateway that one reference names by listener can be named by listener only (a rule of the schema).
  const named = new Set<GatewayDraft>();
  for (const { gateway, set } of whole) {
    if (set?.gateway) named.add(set.gateway);
    else if (gateway && fitsForeign(route, gateway)) named.add(gateway);
  }
  const leads = whole.flatMap(({ parent, gateway, set }) =>
    set
      ? leadToSet(route, parent, set, labelsOf)
      : gateway
      ? leadToGateway(route, parent, gateway, named)
      : [parent]
  );
  if (leads.length === parents.length && leads.every((lead, index) => lead === parents[index])) {
    return [published(route, route.name, route.value)];
  }
  const chunks: JsonObject[][] = [];
  const unique = distinct(leads);
  for (let at = 0; at < unique.length; at += MOST_PARENTS) chunks.push(unique.slice(at, at + MOST_PARENTS));
  return chunks.map((parentRefs, index) => {
    const name = index === 0 ? route.name : furtherName(route.name, index + 1, () => false);
    const metadata = index === 0 ? route.value.metadata : { ...asObject(route.value.metadata), name };
    return published(route, name, { ...route.value, metadata, spec: { ...spec, parentRefs } });
  });
}

function published(route: ResourceObject, name: string, value: JsonObject): PublishedObject {
  const { group, version, kind, namespace } = route;
  return { apiVersion: `${group}/${version}`, kind, namespace, name, value };
}

function resolve(
  route: ResourceObject,
  parent: JsonObject,
  { gateways, sets }: Drafts,
): { gateway: GatewayDraft | undefined; set: SetDraft | undefined } {
  const kind = ownerKind(asText(parent.group) || GATEWAY_GROUP, asText(parent.kind) || "Gateway");
  const name = { namespace: asText(parent.namespace) || route.namespace, name: asText(parent.name) };
  return {
    gateway: kind === "Gateway" ? gateways.get(keyOf(name)) : undefined,
    set: kind === null || kind === "Gateway" ? undefined : sets.get(setKey(kind, name)),
  };
}

function leadToSet(
  route: ResourceObject,
  parent: JsonObject,
  { listeners }: SetDraft,
  labelsOf: ResourceIndex["labelsOf"],
): JsonObject[] {
  return listeners.filter((listener) =>
    listener.part !== null && isMeant(listener, parent) &&
    (asText(parent.sectionName) !== "" || sharesName(route, listener)) &&
    takesRoutes(listener, route.namespace, labelsOf)
  ).map((listener) => referenceTo(route, listener.part!, listener.publishedName));
}

function leadToGateway(
  route: ResourceObject,
  parent: JsonObject,
  gateway: GatewayDraft,
  named: ReadonlySet<GatewayDraft>,
): JsonObject[] {
  const sectionName = asText(parent.sectionName);
  if (sectionName === "" && named.has(gateway)) {
    return gateway.listeners.filter((listener) =>
      isOwn(listener) && listener.part !== null && isMeant(listener, parent) && sharesName(route, listener)
    ).map((listener) => referenceTo(route, listener.part!, listener.publishedName));
  }
  if (sectionName === "") {
    return gateway.parts.length < 2 ? [parent] : gateway.parts.map(({ name }) => renamed(parent, name));
  }
  const own = gateway.listeners.find((listener) => isOwn(listener) && listener.name === sectionName);
  if (own?.part) return [renamed(parent, own.part.name)];
  // The name that a set's listener has got is nothing that anybody may refer to.
  const isForeign = own === undefined && gateway.listeners.some((one) => one.publishedName === sectionName);
  return isForeign ? [] : [parent];
}

/** Whether a set has brought the Gateway a listener that a route to the whole Gateway would get into. */
function fitsForeign(route: ResourceObject, gateway: GatewayDraft): boolean {
  return gateway.listeners.some((listener) =>
    !isOwn(listener) && listener.part !== null && sharesName(route, listener)
  );
}

function isMeant(listener: ListenerDraft, parent: JsonObject): boolean {
  const sectionName = asText(parent.sectionName);
  return (sectionName === "" || sectionName === listener.name) &&
    (parent.port === undefined || parent.port === listener.port);
}

function renamed(parent: JsonObject, name: string): JsonObject {
  return parent.name === name ? parent : { ...parent, name };
}

function referenceTo(route: ResourceObject, part: Part, sectionName: string): JsonObject {
  const namespace = part.namespace === route.namespace ? undefined : part.namespace;
  return compact({ group: GATEWAY_GROUP, kind: "Gateway", namespace, name: part.name, sectionName });
}

function distinct(leads: readonly JsonObject[]): JsonObject[] {
  const seen = new Map<string, JsonObject>();
  for (const lead of leads) {
    const { namespace, name, sectionName, port, kind } = lead;
    seen.set(JSON.stringify([kind ?? "Gateway", namespace, name, sectionName, port]), lead);
  }
  return [...seen.values()];
}

/** Whether a route without names, or one of its names, meets the hostname of a listener. */
function sharesName(route: ResourceObject, { hostname }: ListenerDraft): boolean {
  const { hostnames } = asObject(route.value.spec);
  if (hostname === "*" || !Array.isArray(hostnames) || hostnames.length === 0) return true;
  return hostnames.some((one) => meets(asText(one).toLowerCase(), hostname));
}

/** A wildcard of the Gateway API stands for one or more labels. */
function meets(one: string, other: string): boolean {
  const within = (name: string, pattern: string) =>
    pattern.startsWith("*.") && name.endsWith(pattern.slice(1));
  return one === other || within(one, other) || within(other, one);
}
