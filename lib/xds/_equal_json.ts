import type { Json } from "../model/mod.ts";

/** Whether two values are the same; the order of the members of an object does not count. */
export function equalJson(one: Json, other: Json): boolean {
  if (typeof one !== "object" || typeof other !== "object" || one === null || other === null) {
    return one === other;
  }
  if (Array.isArray(one) !== Array.isArray(other)) return false;
  const [mine, theirs] = [one, other] as Readonly<Record<string, Json>>[];
  const keys = Object.keys(mine);
  return keys.length === Object.keys(theirs).length &&
    keys.every((key) => Object.hasOwn(theirs, key) && equalJson(mine[key], theirs[key]));
}
