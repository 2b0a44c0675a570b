import type { Json } from "../model/mod.ts";

/** Where in an object: names of members and numbers of list entries. */
export type Path = readonly (string | number)[];

/** Something wrong at a place of an object. `what` follows a colon: lower case, no full stop. */
export interface Problem {
  readonly path: Path;
  readonly what: string;
  /** What to do; empty if there is nothing to say. */
  readonly hint: string;
}

/** `spec.listeners[0].port`, the form in which Kubernetes shows a path. */
export function showPath(path: Path): string {
  return path.map((step, index) =>
    typeof step === "number"
      ? `[${step}]`
      : index === 0
      ? step
      : /^[\w-]+$/.test(step)
      ? `.${step}`
      : `[${step}]`
  ).join("");
}

/** A scalar in a message: quoted, cut short, and never more than a word or two. */
export function showValue(value: Json): string {
  if (value === null || typeof value === "number" || typeof value === "boolean") return String(value);
  if (typeof value === "string") {
    return JSON.stringify(value.length > 60 ? `${value.slice(0, 57)}...` : value);
  }
  return Array.isArray(value) ? "a list" : "an object";
}

/** The word for the type of a value. */
export function typeWord(value: Json): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return "a list";
  if (typeof value === "object") return "an object";
  return typeof value === "boolean" ? "a boolean" : `a ${typeof value}`;
}

/** What to do about a value of the wrong type; YAML makes booleans and numbers of words that were meant as text. */
export function typeHint(value: Json, wanted: string): string {
  const meant = wanted === "string" && (typeof value === "boolean" || typeof value === "number");
  return meant ? "put it in quotes" : "";
}
