import type { JsonObject, ObjectKey, PublishedObject } from "../model/mod.ts";
import { asObject } from "../resources/mod.ts";
import { asObjects, compact } from "./_json.ts";
import { type GatewayDraft, isOwn, type ListenerDraft, type Part } from "./_drafts.ts";
import type { ResourceIndex } from "./_index.ts";
import { keyOf } from "./_names.ts";
import { letsIn } from "./_selector.ts";

/** A listener that goes out has its place, no trouble, and a certificate where it needs one. */
export function isPublished({ trouble, judged, part }: ListenerDraft): boolean {
  return trouble === null && part !== null && judged !== null && judged.value !== null;
}

/** The parts of a Gateway that have a listener to publish. */
export function publishedParts({ parts }: GatewayDraft): Part[] {
  return parts.filter(({ listeners }) => listeners.some(isPublished));
}

/**
 * A Gateway for Envoy Gateway: the object as it came where every listener is as it came, else the same object with
 * the listeners that are left.
 */
export function publishGateway({ object }: GatewayDraft, part: Part): PublishedObject {
  const { namespace, name } = part;
  const spec = asObject(object.value.spec);
  const listeners = part.listeners.filter(isPublished).map((listener) => listenerValue(listener, namespace));
  const written = asObjects(spec.listeners);
  const isSame = name === object.name && written.length === listeners.length &&
    !Array.isArray(spec.allowedListeners) &&
    listeners.every((listener, index) => listener === written[index]);
  // Envoy Gateway refuses the older way to write it, and takes no ListenerSets from files anyway.
  const allowedListeners = Array.isArray(spec.allowedListeners) ? undefined : spec.allowedListeners;
  const changed = {
    ...object.value,
    metadata: { ...asObject(object.value.metadata), name },
    spec: compact({ ...spec, allowedListeners, listeners }),
  };
  const value = isSame ? object.value : changed;
  return { apiVersion: `${object.group}/${object.version}`, kind: "Gateway", namespace, name, value };
}

function listenerValue(listener: ListenerDraft, namespace: string): JsonObject {
  const value = listener.judged!.value!;
  if (isOwn(listener)) return value;
  const { owner, publishedName: name } = listener;
  return owner.namespace === namespace
    ? { ...value, name, ...openedRoutes(value, true) }
    : { ...value, name, ...awayTls(value, owner.namespace), ...openedRoutes(value, false) };
}

/** References without a namespace mean that of the set, which is not that of the Gateway. */
function awayTls(value: JsonObject, namespace: string): { tls?: JsonObject } {
  const tls = asObject(value.tls);
  if (tls.certificateRefs === undefined) return {};
  const certificateRefs = asObjects(tls.certificateRefs).map((reference) => ({ namespace, ...reference }));
  return { tls: { ...tls, certificateRefs } };
}

/**
 * Which routes may come is decided here, before they go out: `Same` would mean the Gateway's namespace, and
 * Envoy Gateway loses the labels that `Selector` asks for when it reads files.
 */
function openedRoutes(value: JsonObject, isHome: boolean): { allowedRoutes?: JsonObject } {
  const allowed = asObject(value.allowedRoutes);
  const { from } = asObject(allowed.namespaces);
  if (from === "All" || (isHome && from !== "Selector" && from !== "None")) return {};
  return { allowedRoutes: compact({ ...allowed, namespaces: { from: "All" } }) };
}

/** Whether a listener of a set takes routes of a namespace. */
export function takesRoutes(
  { owner, value }: ListenerDraft,
  namespace: string,
  labelsOf: ResourceIndex["labelsOf"],
): boolean {
  const namespaces = asObject(asObject(value.allowedRoutes).namespaces);
  return letsIn({ namespaces, otherwise: "Same", home: owner.namespace, labelsOf }, namespace);
}

/** Why nothing of a Gateway is published, in plain words; empty if something is. */
export function absence(gateway: GatewayDraft): string {
  if (publishedParts(gateway).length > 0) return "";
  const key: ObjectKey = keyOf(gateway.object);
  if (gateway.listeners.length === 0) return `The Gateway "${key}" stays out: it has no listener.`;
  const hostnames = [...new Set(gateway.listeners.map(({ hostname }) => hostname))];
  const shown = hostnames.slice(0, 3).join(", ") +
    (hostnames.length > 3 ? `, and ${hostnames.length - 3} more` : "");
  return `The Gateway "${key}" stays out: none of its listeners can be served (${shown}).`;
}
