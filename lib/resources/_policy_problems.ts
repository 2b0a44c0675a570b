import type { $ZodIssue } from "zod/v4/core";
import type { Json, JsonObject } from "../model/mod.ts";
import { type Path, type Problem, showValue, typeHint, typeWord } from "./_problem.ts";

const TYPES: Readonly<Record<string, string>> = {
  string: "a string",
  number: "a number",
  array: "a list",
  object: "an object",
};

/** What a schema says about an object, in the words that all complaints about objects have. */
export function problemOf(issue: $ZodIssue, written: JsonObject): Problem {
  const path = issue.path as Path;
  const value = valueAt(written, path);
  if (value === undefined) return { path, what: "it is missing", hint: hintOf(issue) };
  switch (issue.code) {
    case "invalid_type": {
      const wanted = TYPES[issue.expected] ?? issue.expected;
      // What is too large for a number is one all the same.
      const found = issue.expected === "number" && typeof value === "number"
        ? String(value)
        : typeWord(value);
      return { path, what: `${wanted} is needed, not ${found}`, hint: typeHint(value, issue.expected) };
    }
    case "invalid_value":
      return { path, what: `${showValue(value)} is not possible`, hint: hintOf(issue) };
    case "too_small":
    case "too_big":
      return { path, what: showSize(value), hint: issue.message };
    case "invalid_format":
    case "custom": {
      const [what, hint = ""] = issue.message.split("; ");
      const isScalar = typeof value === "string" || typeof value === "number";
      return { path, what: isScalar ? `${showValue(value)} ${what}` : what, hint };
    }
    default:
      return { path, what: issue.message, hint: "" };
  }
}

function showSize(value: Json): string {
  const count = (length: number, word: string) => `it has ${length} ${word}`;
  if (typeof value === "string") return value === "" ? "it is empty" : count(value.length, "characters");
  if (!Array.isArray(value)) return `${showValue(value)} is out of range`;
  return value.length === 0 ? "it is empty" : count(value.length, "entries");
}

function hintOf(issue: $ZodIssue): string {
  if (issue.code !== "invalid_value") return "";
  const values = issue.values.map((value) => String(value));
  return values.length === 1
    ? `write ${values[0]}`
    : `write ${values.slice(0, -1).join(", ")} or ${values.at(-1)}`;
}

function valueAt(root: JsonObject, path: Path): Json | undefined {
  let value: Json | undefined = root;
  for (const step of path) {
    if (typeof value !== "object" || value === null || !Object.hasOwn(value, step)) return undefined;
    value = (value as Record<string | number, Json>)[step];
  }
  return value;
}
