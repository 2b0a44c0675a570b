import type { JsonObject, ObjectKey, ObjectName, ResourceObject } from "../model/mod.ts";
import { asObject, asText } from "../resources/mod.ts";
import { asObjects } from "./_json.ts";
import { EXPERIMENTAL_GROUP, GATEWAY_GROUP, keyOf, ownerKind } from "./_names.ts";

/** Who wants to use a Secret of another namespace. */
interface Grantee {
  readonly kind: string;
  readonly namespace: string;
}

/** The objects by what they are asked for. */
export interface ResourceIndex {
  /** Gateways, the one that was there first at the beginning. */
  readonly gateways: readonly ResourceObject[];
  /** ListenerSets and XListenerSets in the order in which they get their places. */
  readonly sets: readonly ResourceObject[];
  /** Labels of a namespace; only its name where there is no such object. */
  readonly labelsOf: (namespace: string) => JsonObject;
  /** Whether a ReferenceGrant lets the owner use the Secret. */
  readonly isGranted: (from: Grantee, secret: ObjectName) => boolean;
  /** Whether another object of the kind and namespace of this one has a name. */
  readonly isTaken: (beside: ResourceObject) => (name: string) => boolean;
  /** Whether one Envoy serves all Gateways of the class. */
  readonly isMerged: (className: string) => boolean;
  /** Whether a class is somebody else's than Envoy Gateway's. One that no file has may be anywhere. */
  readonly isForeign: (className: string) => boolean;
}

export function indexResources(objects: readonly ResourceObject[]): ResourceIndex {
  const names = new Set(
    objects.map(({ group, kind, namespace, name }) => [group, kind, namespace, name].join("/")),
  );
  const owners = objects.filter(({ group, kind }) => ownerKind(group, kind) !== null);
  const files = new Map(objects.map((object, position) => [object, position]));
  const position = (a: ResourceObject, b: ResourceObject) => files.get(a)! - files.get(b)!;
  const namespaces = new Map(
    objects.filter(({ group, kind }) => group === "" && kind === "Namespace").map(({ name, value }) =>
      [name, asObject(asObject(value.metadata).labels)] as const
    ),
  );
  return {
    gateways: owners.filter(({ kind }) => kind === "Gateway").sort((a, b) => byAge(a, b) || position(a, b)),
    sets: owners.filter(({ kind }) => kind !== "Gateway").sort((a, b) =>
      byAge(a, b) || compare(a.namespace, b.namespace) || compare(a.name, b.name) || position(a, b)
    ),
    labelsOf: (name) => ({ "kubernetes.io/metadata.name": name, ...namespaces.get(name) }),
    isGranted: grantsOf(objects),
    isTaken: ({ group, kind, namespace }) => (name) => names.has([group, kind, namespace, name].join("/")),
    isMerged: mergedClasses(objects),
    isForeign: foreignClasses(objects),
  };
}

/** Millisecond of creation; what has none is younger than everything that has. */
function bornAt({ value }: ResourceObject): number {
  const time = Date.parse(asText(asObject(value.metadata).creationTimestamp));
  return Number.isNaN(time) ? Infinity : time;
}

function byAge(a: ResourceObject, b: ResourceObject): number {
  const [one, other] = [bornAt(a), bornAt(b)];
  return one === other ? 0 : one - other;
}

const compare = (a: string, b: string): number => a < b ? -1 : a > b ? 1 : 0;

/** A grant without a name is for every Secret of its namespace (Gateway API, ReferenceGrant). */
function grantsOf(objects: readonly ResourceObject[]): ResourceIndex["isGranted"] {
  const granted = new Set<string>();
  for (const { group, kind, namespace, value } of objects) {
    if (group !== GATEWAY_GROUP || kind !== "ReferenceGrant") continue;
    const spec = asObject(value.spec);
    const secrets = asObjects(spec.to).filter((to) => asText(to.group) === "" && to.kind === "Secret");
    for (const from of asObjects(spec.from)) {
      for (const to of secrets) {
        granted.add([from.group, from.kind, from.namespace, namespace, asText(to.name)].join("/"));
      }
    }
  }
  return (from, { namespace, name }) => {
    const group = from.kind === "XListenerSet" ? EXPERIMENTAL_GROUP : GATEWAY_GROUP;
    const stem = [group, from.kind, from.namespace, namespace].join("/");
    return granted.has(`${stem}/`) || granted.has(`${stem}/${name}`);
  };
}

function mergedClasses(objects: readonly ResourceObject[]): (className: string) => boolean {
  const merging = new Set<ObjectKey>();
  for (const object of objects) {
    if (object.group !== "gateway.envoyproxy.io" || object.kind !== "EnvoyProxy") continue;
    if (asObject(object.value.spec).mergeGateways === true) merging.add(keyOf(object));
  }
  const classes = new Set<string>();
  for (const { group, kind, name, value } of objects) {
    if (group !== GATEWAY_GROUP || kind !== "GatewayClass") continue;
    const reference = asObject(asObject(value.spec).parametersRef);
    if (reference.kind !== "EnvoyProxy") continue;
    if (merging.has(`${asText(reference.namespace)}/${asText(reference.name)}`)) classes.add(name);
  }
  return (className) => classes.has(className);
}

function foreignClasses(objects: readonly ResourceObject[]): (className: string) => boolean {
  const classes = objects.filter(({ group, kind }) => group === GATEWAY_GROUP && kind === "GatewayClass");
  const controller = (object: ResourceObject) => asText(asObject(object.value.spec).controllerName);
  const foreign = classes.filter((object) => !controller(object).startsWith("gateway.envoyproxy.io/"));
  const names = new Set(foreign.map(({ name }) => name));
  return (className) => names.has(className);
}
