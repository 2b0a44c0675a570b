import type { PolicyObjectMeta } from "../model/mod.ts";
import type { PolicyFileEntry } from "./_policy_file.ts";

const known = new WeakMap<PolicyObjectMeta, PolicyObjectMeta>();

/**
 * An earlier version of an object, in the place where it would stand today: its own place is in a text that is gone, and
 * its position there says nothing about the order of what is there now. The same for the same, identical by reference.
 */
export function heldAt<T extends PolicyObjectMeta>(held: T, { place, position }: PolicyFileEntry): T {
  const isThere = (one: PolicyObjectMeta) =>
    one.position === position && one.place.line === place.line && one.place.column === place.column;
  if (isThere(held)) return held;
  const before = known.get(held) as T | undefined;
  if (before !== undefined && isThere(before)) return before;
  const moved = { ...held, place, position };
  known.set(held, moved);
  return moved;
}
