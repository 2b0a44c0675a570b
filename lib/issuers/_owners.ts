import type { JsonObject, ObjectKey, ObjectName, ResourceObject } from "../model/mod.ts";
import { asObject, asText, isObject } from "../resources/mod.ts";
import { asList, asTexts } from "./_json.ts";
import type { IntentOwner, OwnerKind } from "./intent.ts";

/** The API group of Gateways, ListenerSets and routes. */
export const GATEWAY_GROUP = "gateway.networking.k8s.io";
const EXPERIMENTAL_GROUP = "gateway.networking.x-k8s.io";

/** A Gateway or a set of listeners that is looked at. */
export interface Owner extends IntentOwner {
  readonly object: ResourceObject;
  /** `Gateway "ns/name"`. */
  readonly title: string;
  readonly isDeleted: boolean;
  readonly listeners: readonly JsonObject[];
  /** Of a set: the Gateway that it names; `null` if that is not there, or is being deleted. */
  readonly gateway: Owner | null;
  /** Of a set: what it names, in words; empty for a Gateway. */
  readonly parent: string;
  /** Of a set: the name of its Gateway, as it writes it. */
  readonly parentName: ObjectName | null;
  /** Of a set: whether its Gateway takes its listeners. */
  readonly isTaken: boolean;
}

/** Labels of a namespace; only its name where no file has such an object. */
export type LabelsOf = (namespace: string) => JsonObject;

export const keyOf = ({ namespace, name }: ObjectName): ObjectKey => `${namespace}/${name}`;

/** The kind of owner that a group and kind name; `null` if it is none. */
export function ownerKind(group: string, kind: string): OwnerKind | null {
  if (group === GATEWAY_GROUP && (kind === "Gateway" || kind === "ListenerSet")) return kind;
  return group === EXPERIMENTAL_GROUP && kind === "XListenerSet" ? kind : null;
}

/** Gateways, the one that was there first at the beginning; then sets by creation time, namespace and name (GEP-1713). */
export function ownersOf(objects: readonly ResourceObject[]): { owners: Owner[]; labelsOf: LabelsOf } {
  const known = objects.filter(({ group, kind }) => ownerKind(group, kind) !== null);
  const labelsOf = readLabels(objects);
  const gateways = known.filter(({ kind }) => kind === "Gateway").sort(byAge).map((object) =>
    ownerOf(object)
  );
  const byName = new Map(gateways.map((gateway) => [keyOf(gateway), gateway]));
  const sets = known.filter(({ kind }) => kind !== "Gateway")
    .sort((a, b) => byAge(a, b) || compare(a.namespace, b.namespace) || compare(a.name, b.name));
  return { owners: [...gateways, ...sets.map((set) => setOf(set, byName, labelsOf))], labelsOf };
}

function ownerOf(object: ResourceObject): Owner {
  const { group, version, namespace, name } = object;
  const kind = ownerKind(group, object.kind)!;
  const metadata = asObject(object.value.metadata);
  const isLeaving = asList(metadata.finalizers).includes("foregroundDeletion");
  const isMarked = metadata.deletionTimestamp !== undefined && metadata.deletionTimestamp !== null;
  return {
    object,
    kind,
    namespace,
    name,
    apiVersion: `${group}/${version}`,
    uid: asText(metadata.uid),
    title: `${kind} ${JSON.stringify(keyOf(object))}`,
    isDeleted: isMarked || isLeaving,
    // A listener that is no object keeps its number, so that paths stay right.
    listeners: asList(asObject(object.value.spec).listeners).map(asObject),
    gateway: null,
    parent: "",
    parentName: null,
    isTaken: false,
  };
}

function setOf(object: ResourceObject, gateways: ReadonlyMap<ObjectKey, Owner>, labelsOf: LabelsOf): Owner {
  const reference = asObject(asObject(object.value.spec).parentRef);
  const kind = asText(reference.kind) || "Gateway";
  const parentName = {
    namespace: asText(reference.namespace) || object.namespace,
    name: asText(reference.name),
  };
  const isGateway = ownerKind(asText(reference.group) || GATEWAY_GROUP, kind) === "Gateway";
  const found = isGateway ? gateways.get(keyOf(parentName)) : undefined;
  const gateway = found === undefined || found.isDeleted ? null : found;
  const isTaken = gateway !== null && takes(gateway.object, object.namespace, labelsOf);
  const parent = `${kind} ${JSON.stringify(keyOf(parentName))}`;
  return { ...ownerOf(object), gateway, parent, parentName, isTaken };
}

/** Nothing is taken unless the Gateway says so. A list of rules is an older way to write it: one that fits is enough. */
function takes({ value, namespace: home }: ResourceObject, namespace: string, labelsOf: LabelsOf): boolean {
  const allowed = asObject(value.spec).allowedListeners;
  const rules = Array.isArray(allowed) ? allowed.filter(isObject) : [asObject(allowed)];
  return rules.some((rule) => {
    const namespaces = rule.namespaces === undefined ? rule : asObject(rule.namespaces);
    return letsIn(namespaces, namespace, { otherwise: "None", home, labelsOf });
  });
}

/** Whether a `namespaces` member of the Gateway API lets something of a namespace in. */
export function letsIn(
  rule: JsonObject,
  namespace: string,
  { otherwise, home, labelsOf }: { otherwise: "None" | "Same"; home: string; labelsOf: LabelsOf },
): boolean {
  const from = asText(rule.from) || otherwise;
  if (from === "Selector") return selects(asObject(rule.selector), labelsOf(namespace));
  return from === "All" || (from === "Same" && namespace === home);
}

/** An empty selector takes everything; an operator that is not known takes nothing (k8s.io/apimachinery: labels). */
function selects(selector: JsonObject, labels: JsonObject): boolean {
  const exact = Object.entries(asObject(selector.matchLabels));
  const expressions = asList(selector.matchExpressions).map(asObject);
  return exact.every(([label, value]) => Object.hasOwn(labels, label) && labels[label] === value) &&
    expressions.every(({ key, operator, values }) => {
      const label = asText(key);
      const isThere = Object.hasOwn(labels, label);
      const isNamed = isThere && asList(values).includes(labels[label]);
      if (operator === "In") return isNamed;
      if (operator === "NotIn") return !isNamed;
      if (operator === "Exists") return isThere;
      return operator === "DoesNotExist" && !isThere;
    });
}

function readLabels(objects: readonly ResourceObject[]): LabelsOf {
  const namespaces = new Map(
    objects.filter(({ group, kind }) => group === "" && kind === "Namespace")
      .map(({ name, value }) => [name, asTexts(asObject(value.metadata).labels)]),
  );
  return (name) => ({ "kubernetes.io/metadata.name": name, ...namespaces.get(name) });
}

/** What has no time of creation is younger than everything that has; equals stay in the order of the files. */
function byAge(a: ResourceObject, b: ResourceObject): number {
  const [one, other] = [bornAt(a), bornAt(b)];
  return one === other ? 0 : one - other;
}

function bornAt({ value }: ResourceObject): number {
  const time = Date.parse(asText(asObject(value.metadata).creationTimestamp));
  return Number.isNaN(time) ? Infinity : time;
}

const compare = (a: string, b: string): number => a < b ? -1 : a > b ? 1 : 0;
