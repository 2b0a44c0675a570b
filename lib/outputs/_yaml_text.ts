import type { Json, JsonObject } from "../model/mod.ts";

/**
 * Writes an object as YAML that a person can read and every parser reads back as the same object.
 *
 * A string stands plain only if it begins with a letter, has nothing but letters, digits, dots, dashes, underscores and
 * slashes in it, and is none of the words that YAML 1.1 or 1.2 takes for something else. Everything else is written as
 * JSON writes it, with the characters escaped that YAML does not allow (YAML 1.2.2, 5.1) or takes for line ends.
 *
 * @param indent Blanks in front of each line.
 */
export function yamlText(object: JsonObject, indent = ""): string {
  let text = "";
  for (const [key, value] of Object.entries(object)) {
    if (value === undefined) continue;
    text += `${indent}${keyText(key, indent)}${memberText(value, indent)}`;
  }
  return text;
}

function memberText(value: Json, indent: string): string {
  const inner = `${indent}  `;
  if (isList(value)) {
    if (value.length === 0) return " []\n";
    return `\n${value.map((item) => itemText(item, inner)).join("")}`;
  }
  if (isObject(value)) return isEmpty(value) ? " {}\n" : `\n${yamlText(value, inner)}`;
  return ` ${scalarText(value)}\n`;
}

/** An item of a list; what it holds stands two further to the right, beside its dash. */
function itemText(item: Json, indent: string): string {
  if (isObject(item) && !isEmpty(item)) {
    return `${indent}- ${yamlText(item, `${indent}  `).slice(indent.length + 2)}`;
  }
  return `${indent}-${memberText(item, indent)}`;
}

const isList = (value: Json): value is readonly Json[] => Array.isArray(value);
const isObject = (value: Json): value is JsonObject =>
  typeof value === "object" && value !== null && !isList(value);
const isEmpty = (value: JsonObject): boolean => Object.values(value).every((member) => member === undefined);

// Parsers look this far for the colon of a key (YAML 1.2.2, 7.4.2, counts characters, libyaml bytes).
const LONGEST_KEY = 1024 / 4 - 2;

function keyText(key: string, indent: string): string {
  const text = scalarText(key);
  return text.length <= LONGEST_KEY ? `${text}:` : `? ${text}\n${indent}:`;
}

const PLAIN = /^[A-Za-z][A-Za-z0-9._\/-]*$/;
const WORDS: ReadonlySet<string> = new Set(["null", "true", "false", "yes", "no", "on", "off", "y", "n"]);
const ESCAPED = /[\u007f-\u00a0\u2028\u2029\ufeff\ufffe\uffff]/g;

function scalarText(value: Json): string {
  if (typeof value !== "string") return JSON.stringify(value);
  if (PLAIN.test(value) && !WORDS.has(value.toLowerCase())) return value;
  // Half a surrogate pair has no UTF-8; it would become this character in the file anyway.
  return JSON.stringify(value.toWellFormed()).replace(
    ESCAPED,
    (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}
