import { createHash } from "node:crypto";
import type { ObjectKey, ObjectName, ResourceObject } from "../model/mod.ts";

/** The API group of Gateways and of ListenerSets. */
export const GATEWAY_GROUP = "gateway.networking.k8s.io";
/** The API group of XListenerSets. */
export const EXPERIMENTAL_GROUP = "gateway.networking.x-k8s.io";

/** The kinds that listeners are written in. */
export type OwnerKind = "Gateway" | "ListenerSet" | "XListenerSet";

/** The longest name that Kubernetes allows for objects and listeners. */
const LONGEST = 253;

export const keyOf = ({ namespace, name }: ObjectName): ObjectKey => `${namespace}/${name}`;

/** The kind of owner that this group and kind name; `null` if it is none. */
export function ownerKind(group: string, kind: string): OwnerKind | null {
  if (group === GATEWAY_GROUP && (kind === "Gateway" || kind === "ListenerSet")) return kind;
  return group === EXPERIMENTAL_GROUP && kind === "XListenerSet" ? kind : null;
}

/**
 * Name, in the Gateway, of a listener that comes from a set: `listener.set.namespace`. It depends on nothing else but the
 * Gateway's own names, so that it stays the same whatever other sets there are.
 *
 * A namespace has no dots. Where the other two have, or it gets too long, or the set is of the other kind, the end tells
 * them apart, so that two different listeners never get one name.
 */
export function mergedName(set: ResourceObject, listener: string, taken: ReadonlySet<string>): string {
  const experimental = set.kind === "XListenerSet";
  const plain = `${listener}.${set.name}.${set.namespace}${experimental ? ".x" : ""}`;
  const isClear = !listener.includes(".") && !set.name.includes(".") && !taken.has(plain);
  if (isClear && plain.length <= LONGEST) return plain;
  return shortened(plain, `${set.kind}/${set.namespace}/${set.name}/${listener}`, ".");
}

/** Name of a further object that certgate makes beside one of that name, unless it is taken. */
export function furtherName(name: string, number: number, isTaken: (name: string) => boolean): string {
  const plain = `${name}-certgate-${number}`;
  if (plain.length <= LONGEST && !isTaken(plain)) return plain;
  return shortened(plain, plain, "-");
}

/** A name that is as long as it may be and ends in a digest of what it stands for. */
export function shortened(name: string, identity: string, separator: string): string {
  const digest = createHash("sha256").update(identity).digest("hex").slice(0, 8);
  return `${name.slice(0, LONGEST - 9).replace(/[^a-z0-9]+$/, "")}${separator}${digest}`;
}
