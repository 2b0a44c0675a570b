import type { Json, JsonObject } from "../model/mod.ts";
import { type Path, type Problem, showValue } from "./_problem.ts";
import { memberOf, nodeOf, type SchemaNode } from "./_schemas.ts";

/**
 * Lists that are sets, or maps by some members of their entries, hold nothing twice.
 *
 * Follows k8s.io/apiextensions-apiserver: schema/listtype.
 */
export function checkLists(value: Json, node: SchemaNode, path: Path = []): Problem[] {
  if (Array.isArray(value)) return checkOne(value, node, path);
  if (typeof value !== "object" || value === null) return [];
  const problems: Problem[] = [];
  for (const [key, member] of Object.entries(value)) {
    if (typeof member !== "object" || member === null) continue;
    const schema = memberOf(node, key);
    if (schema !== null) problems.push(...checkLists(member, schema, [...path, key]));
  }
  return problems;
}

function checkOne(value: readonly Json[], node: SchemaNode, path: Path): Problem[] {
  const problems: Problem[] = [];
  if (node.listType !== undefined) {
    const seen = new Set<string>();
    value.forEach((entry, index) => {
      const key = node.listType === "set" ? entry : keysOf(entry, node.listKeys ?? []);
      const text = JSON.stringify(key);
      if (seen.has(text)) {
        problems.push({ path: [...path, index], what: `${showKey(key)} is there twice`, hint: "" });
      }
      seen.add(text);
    });
  }
  if (node.items === undefined) return problems;
  const items = nodeOf(node.items);
  value.forEach((entry, index) => problems.push(...checkLists(entry, items, [...path, index])));
  return problems;
}

function keysOf(entry: Json, keys: readonly string[]): JsonObject {
  if (typeof entry !== "object" || entry === null) return {};
  const members = entry as JsonObject;
  return Object.fromEntries(
    keys.filter((key) => Object.hasOwn(members, key)).map((key) => [key, members[key]]),
  );
}

function showKey(key: Json): string {
  if (typeof key !== "object" || key === null) return showValue(key);
  return Object.entries(key).map(([name, value]) => `${name} ${showValue(value)}`).join(" with ") || "it";
}
