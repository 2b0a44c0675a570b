import type { Json, JsonObject } from "../model/mod.ts";

// What people wrote may have any shape; what has the wrong one reads as empty, and whoever checks objects complains.

const NOTHING: JsonObject = {};

/** The value if it is an object, else an empty one. */
export function asObject(value: Json | undefined): JsonObject {
  return isObject(value) ? value : NOTHING;
}

/** The objects of a list; everything else in it is passed over. */
export function asObjects(value: Json | undefined): readonly JsonObject[] {
  return Array.isArray(value) ? value.filter(isObject) : [];
}

/** The text, or an empty one. */
export function asText(value: Json | undefined): string {
  return typeof value === "string" ? value : "";
}

/** Whether it is an object, not a list and not null. */
export function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** A copy without the members that are undefined. */
export function compact(members: { readonly [key: string]: Json | undefined }): JsonObject {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined)) as JsonObject;
}
