import { asObjects } from "./_json.ts";
import {
  draftListeners,
  type Drafts,
  type GatewayDraft,
  type SetDraft,
  setKey,
  subjectOf,
  type Trouble,
} from "./_drafts.ts";
import type { ResourceIndex } from "./_index.ts";
import { keyOf, ownerKind } from "./_names.ts";
import { letsIn } from "./_selector.ts";
import type { JsonObject, ObjectKey, ResourceObject } from "../model/mod.ts";
import { asObject, asText } from "../resources/mod.ts";

/**
 * Every Gateway with its own listeners and, after them, those of the ListenerSets that name it and that it takes.
 *
 * A listener of a set that has no Gateway is marked so, and belongs to none.
 */
export function attachSets(index: ResourceIndex): Drafts {
  const gateways = new Map<ObjectKey, GatewayDraft>();
  for (const object of index.gateways) {
    const className = asText(asObject(object.value.spec).gatewayClassName);
    const merged = index.isMerged(className);
    const listeners = draftListeners(object);
    const ownNames = new Set(listeners.map(({ name }) => name));
    const draft = { object, merged, className, listeners, ownNames, hasSets: false, parts: [] };
    gateways.set(keyOf(object), draft);
  }
  const sets = new Map<string, SetDraft>();
  for (const object of index.sets) {
    const set = attach(object, gateways, index);
    sets.set(setKey(object.kind, object), set);
  }
  return { gateways, sets };
}

function attach(
  object: ResourceObject,
  gateways: ReadonlyMap<ObjectKey, GatewayDraft>,
  index: ResourceIndex,
): SetDraft {
  const reference = asObject(asObject(object.value.spec).parentRef);
  const parent = { namespace: asText(reference.namespace) || object.namespace, name: asText(reference.name) };
  const isGateway = ownerKind(
    asText(reference.group) || "gateway.networking.k8s.io",
    asText(reference.kind) || "Gateway",
  ) === "Gateway";
  const gateway = isGateway ? gateways.get(keyOf(parent)) : undefined;
  const taken = gateway !== undefined && takes(gateway, object, index);
  const listeners = draftListeners(object, gateway?.ownNames);
  if (taken) {
    gateway.listeners.push(...listeners);
    gateway.hasSets = true;
  } else {
    for (const listener of listeners) {
      listener.trouble = troubleOf(
        subjectOf(listener),
        `${object.kind} "${keyOf(object)}"`,
        keyOf(parent),
        gateway,
      );
    }
  }
  return { object, parent, gateway: taken ? gateway : null, listeners };
}

function troubleOf(
  subject: string,
  set: string,
  parent: ObjectKey,
  gateway: GatewayDraft | undefined,
): Trouble {
  if (gateway === undefined) {
    return {
      problem: "NoParent",
      message: `${subject} is not served: the Gateway "${parent}" that it asks for is not there.`,
      detail: `${set} names a Gateway that is not among the resources`,
    };
  }
  return {
    problem: "NotAllowed",
    message: `${subject} is not served: the Gateway "${parent}" does not take it.`,
    detail: `spec.allowedListeners of the Gateway does not let in ${set}`,
  };
}

/** Nothing is taken unless the Gateway says so. A list of rules is an older way to write it: one that fits is enough. */
function takes({ object }: GatewayDraft, set: ResourceObject, index: ResourceIndex): boolean {
  const allowed = asObject(object.value.spec).allowedListeners;
  const rules: readonly JsonObject[] = Array.isArray(allowed) ? asObjects(allowed) : [asObject(allowed)];
  return rules.some((rule) => {
    const namespaces = rule.namespaces === undefined ? rule : asObject(rule.namespaces);
    return letsIn(
      { namespaces, otherwise: "None", home: object.namespace, labelsOf: index.labelsOf },
      set.namespace,
    );
  });
}
