import type { GatewayState, ListenerState, ObjectKey } from "../model/mod.ts";
import { type Drafts, type GatewayDraft, type ListenerDraft, ownerOf, setKey } from "./_drafts.ts";
import { keyOf, ownerKind } from "./_names.ts";
import { absence, isPublished, publishedParts } from "./_publish_gateway.ts";
import type { ObjectName, ResourceObject } from "../model/mod.ts";
import { createHash } from "node:crypto";

/** What became of each Gateway, in the order of the objects. */
export function gatewayStates(
  objects: readonly ResourceObject[],
  { gateways }: Drafts,
  revisions: ReadonlyMap<ObjectKey, string>,
): GatewayState[] {
  return objects.flatMap((object) => {
    const gateway = object.kind === "Gateway" ? gateways.get(keyOf(object)) : undefined;
    return gateway?.object === object ? [gatewayState(gateway, revisions)] : [];
  });
}

function gatewayState(gateway: GatewayDraft, revisions: ReadonlyMap<ObjectKey, string>): GatewayState {
  const { namespace, name, place } = gateway.object;
  const parts = publishedParts(gateway);
  const each = parts.map((part) => revisions.get(keyOf(part))!);
  const revision = each.length < 2
    ? each[0] ?? ""
    : createHash("sha256").update(each.join()).digest("hex").slice(0, 32);
  return {
    namespace,
    name,
    place,
    published: parts.map(({ name }) => name),
    revision,
    message: absence(gateway),
  };
}

/** What became of each listener, in the order of the objects. */
export function listenerStates(objects: readonly ResourceObject[], drafts: Drafts): ListenerState[] {
  return objects.flatMap((object) => {
    const kind = ownerKind(object.group, object.kind);
    const gateway = kind === "Gateway" ? drafts.gateways.get(keyOf(object)) : undefined;
    if (gateway?.object === object) {
      return gateway.listeners.filter(({ owner }) => owner === object).map((one) =>
        listenerState(one, gateway.object)
      );
    }
    const set = kind === null ? undefined : drafts.sets.get(setKey(kind, object));
    return set?.object === object ? set.listeners.map((one) => listenerState(one, set.parent)) : [];
  });
}

function listenerState(listener: ListenerDraft, { namespace, name }: ObjectName): ListenerState {
  const { trouble, judged, part, owner, index } = listener;
  const { managed, secrets, ...judgement } = judged!;
  const clear = { reason: "Usable", cause: "usable", message: "", detail: "" } as const;
  const said = trouble === null ? judgement : { ...clear, message: trouble.message, detail: trouble.detail };
  return {
    gateway: { namespace, name },
    owner: ownerOf(listener),
    name: listener.name,
    place: owner.placeOf(["spec", "listeners", index]),
    protocol: listener.protocol,
    port: listener.port,
    hostname: listener.hostname,
    published: isPublished(listener)
      ? { namespace: part!.namespace, name: part!.name, listener: listener.publishedName }
      : null,
    managed,
    secrets,
    problem: trouble?.problem ?? null,
    reason: said.reason,
    cause: said.cause,
    message: said.message,
    detail: said.detail,
  };
}
