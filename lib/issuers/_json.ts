import type { Json, JsonObject } from "../model/mod.ts";

// What people wrote may have any shape; what has the wrong one reads as empty here. The reader of files complains of it.

const NOTHING: JsonObject = {};

/** Whether it is an object, not a list and not null. */
export function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The value if it is an object, else an empty one. */
export function asObject(value: Json | undefined): JsonObject {
  return isObject(value) ? value : NOTHING;
}

/** The members of a list. */
export function asList(value: Json | undefined): readonly Json[] {
  return Array.isArray(value) ? value : [];
}

/** The text, or an empty one. */
export function asText(value: Json | undefined): string {
  return typeof value === "string" ? value : "";
}

/** A map of texts as Go reads one: null is an empty text. Members of another type are passed over. */
export function asTexts(value: Json | undefined): Record<string, string> {
  const texts = Object.entries(asObject(value)).flatMap(([key, text]): [string, string][] =>
    text === null ? [[key, ""]] : typeof text === "string" ? [[key, text]] : []
  );
  return Object.fromEntries(texts);
}

/** A value in a message: quoted and cut short. */
export function quoted(text: string): string {
  return JSON.stringify(text.length > 60 ? `${text.slice(0, 57)}...` : text);
}
