import type { JsonObject, ResourceObject } from "../model/mod.ts";
import { asObject, asText, isObject } from "../resources/mod.ts";
import { asList } from "./_json.ts";
import type { Host } from "./_listeners.ts";
import { GATEWAY_GROUP, keyOf, type LabelsOf, letsIn, type Owner, ownerKind } from "./_owners.ts";

/** The names that routes bring to a listener, by its number. */
export type RouteHosts = (owner: Owner, index: number) => readonly Host[];

/** An HTTPRoute by what it is attached to. */
interface Attachment {
  readonly route: ResourceObject;
  readonly parent: JsonObject;
}

/**
 * The names of the HTTPRoutes that are attached to a listener, in the order of the routes and of their names. A name that
 * another listener of the object on the same port stands for is that listener's.
 */
export function routeHostsOf(objects: readonly ResourceObject[], labelsOf: LabelsOf): RouteHosts {
  const attachments = new Map<string, Attachment[]>();
  for (const route of objects) {
    if (route.group !== GATEWAY_GROUP || route.kind !== "HTTPRoute") continue;
    for (const parent of asList(asObject(route.value.spec).parentRefs).filter(isObject)) {
      const kind = ownerKind(asText(parent.group) || GATEWAY_GROUP, asText(parent.kind) || "Gateway");
      const name = { namespace: asText(parent.namespace) || route.namespace, name: asText(parent.name) };
      const key = `${kind}/${keyOf(name)}`;
      const known = attachments.get(key);
      if (known === undefined) attachments.set(key, [{ route, parent }]);
      else known.push({ route, parent });
    }
  }
  return (owner, index) => {
    const listener = owner.listeners[index];
    const others = owner.listeners.filter((other) => other !== listener && other.port === listener.port)
      .map(({ hostname }) => asText(hostname).toLowerCase()).filter((hostname) => hostname !== "");
    const attached = attachments.get(`${owner.kind}/${keyOf(owner)}`) ?? [];
    return attached.filter((one) => takesRoute(owner, listener, one, labelsOf))
      .flatMap(({ route }) => namesOf(route))
      .filter(({ name }) => !others.some((hostname) => covers(hostname, name.toLowerCase())));
  };
}

function namesOf(route: ResourceObject): Host[] {
  const object = `HTTPRoute ${JSON.stringify(keyOf(route))}`;
  return asList(asObject(route.value.spec).hostnames).flatMap((name, index): Host[] => {
    if (typeof name !== "string" || name === "") return [];
    const place = route.placeOf(["spec", "hostnames", index]);
    return [{ name, origin: { from: "route", key: `spec.hostnames[${index}]`, object, place } }];
  });
}

function takesRoute(
  owner: Owner,
  listener: JsonObject,
  { route, parent }: Attachment,
  labelsOf: LabelsOf,
): boolean {
  const section = asText(parent.sectionName);
  if (section !== "" && section !== listener.name) return false;
  if (typeof parent.port === "number" && parent.port !== listener.port) return false;
  const allowed = asObject(listener.allowedRoutes);
  const kinds = asList(allowed.kinds).map(asObject);
  const isKind = kinds.length === 0 ||
    kinds.some(({ group, kind }) =>
      kind === "HTTPRoute" && (asText(group) || GATEWAY_GROUP) === GATEWAY_GROUP
    );
  const rule = { otherwise: "Same", home: owner.namespace, labelsOf } as const;
  return isKind && letsIn(asObject(allowed.namespaces), route.namespace, rule);
}

/** A wildcard of the Gateway API stands for one or more labels. */
function covers(hostname: string, name: string): boolean {
  return hostname === name || (hostname.startsWith("*.") && name.endsWith(hostname.slice(1)));
}
