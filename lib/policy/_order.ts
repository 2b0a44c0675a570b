import type { PolicyObjectMeta } from "../model/mod.ts";

/**
 * The order in which policies are asked: the oldest first, then by name, then by namespace. What has no time comes after
 * what has one, in the order of the files and of what is written in them.
 */
export function byAge(a: PolicyObjectMeta, b: PolicyObjectMeta): number {
  if (a.createdAt !== null && b.createdAt !== null) {
    return a.createdAt - b.createdAt || compare(a.name, b.name) || compare(a.namespace, b.namespace);
  }
  if (a.createdAt !== b.createdAt) return a.createdAt === null ? 1 : -1;
  return compare(a.place.file, b.place.file) || a.position - b.position;
}

/** By code units. */
export function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
