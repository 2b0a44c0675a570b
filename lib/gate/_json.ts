import type { Json, JsonObject } from "../model/mod.ts";
import { isObject } from "../resources/mod.ts";

/** The objects of a list; everything else in it is passed over. */
export function asObjects(value: Json | undefined): readonly JsonObject[] {
  return Array.isArray(value) ? value.filter(isObject) : [];
}

/** A copy without the members that are undefined. */
export function compact(members: { readonly [key: string]: Json | undefined }): JsonObject {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined)) as JsonObject;
}
