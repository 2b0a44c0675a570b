import type { ResourceFinding, ResourceObject } from "../model/mod.ts";
import { keyOf, ownerKind } from "./_names.ts";

/** Whether the object is a ListenerSet or an XListenerSet. */
export function isListenerSet({ group, kind }: ResourceObject): boolean {
  const owner = ownerKind(group, kind);
  return owner !== null && owner !== "Gateway";
}

/** What is said of a set while ListenerSets are not looked at. */
export function sayIgnored(set: ResourceObject): ResourceFinding {
  return {
    place: set.place,
    message: `Cannot use ${set.kind} "${keyOf(set)}": ListenerSets are not looked at`,
    hint: "set features.listenerSets to true in the configuration, and reload",
  };
}
