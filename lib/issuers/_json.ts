import type { Json } from "../model/mod.ts";
import { asObject } from "../resources/mod.ts";

/** The members of a list. */
export function asList(value: Json | undefined): readonly Json[] {
  return Array.isArray(value) ? value : [];
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
