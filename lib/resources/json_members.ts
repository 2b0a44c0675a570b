import type { Json, JsonObject } from "../model/mod.ts";

// What people wrote may have any shape; what has the wrong one reads as empty here, and whoever checks objects complains.

const NOTHING: JsonObject = {};

/** Whether it is an object, not a list and not null. */
export function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The value if it is an object, else an empty one. */
export function asObject(value: Json | undefined): JsonObject {
  return isObject(value) ? value : NOTHING;
}

/** The text, or an empty one. */
export function asText(value: Json | undefined): string {
  return typeof value === "string" ? value : "";
}
