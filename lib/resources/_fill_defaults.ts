import type { Json, JsonObject } from "../model/mod.ts";
import type { Path, Problem } from "./_problem.ts";
import { memberOf, nodeOf, type SchemaNode } from "./_schemas.ts";

const META: ReadonlySet<string> = new Set(["apiVersion", "kind", "metadata"]);

/**
 * What the API server makes of an object before it looks at the values: members that no schema knows are problems,
 * nulls that are not allowed are dropped, defaults are filled in. The object itself is not changed.
 *
 * Follows k8s.io/apiextensions-apiserver: schema/pruning and schema/defaulting.
 */
export function fillDefaults(value: Json, node: SchemaNode, problems: Problem[]): Json {
  return settle(value, { ...node, embedded: true }, [], problems);
}

function settle(value: Json, node: SchemaNode | null, path: Path, problems: Problem[]): Json {
  if (Array.isArray(value)) {
    const items = node?.items === undefined ? null : nodeOf(node.items);
    return items === null ? value : value.map((entry, index) => {
      const filled = isStrayNull(entry, items) ? items.default ?? null : entry;
      return settle(filled, items, [...path, index], problems);
    });
  }
  if (typeof value !== "object" || value === null || node === null) return value;
  return settleObject(value as JsonObject, node, path, problems);
}

function settleObject(value: JsonObject, node: SchemaNode, path: Path, problems: Problem[]): Json {
  const result: Record<string, Json> = {};
  for (const [key, member] of Object.entries(value)) {
    if (node.embedded && META.has(key)) {
      result[key] = member;
      continue;
    }
    const schema = memberOf(node, key);
    if (schema === null) {
      if (!node.preserve && node.additional !== true) {
        const known = Object.keys(node.properties ?? {});
        problems.push({ path: [...path, key], what: "unknown field", hint: hintFor(key, known) });
      }
      result[key] = member;
      continue;
    }
    const filled = isStrayNull(member, schema) ? schema.default : member;
    if (filled !== undefined) result[key] = settle(filled, schema, [...path, key], problems);
  }
  for (const [key, index] of Object.entries(node.properties ?? {})) {
    const schema = nodeOf(index);
    if (schema.default === undefined || Object.hasOwn(result, key)) continue;
    result[key] = settle(schema.default, schema, [...path, key], problems);
  }
  return result;
}

function isStrayNull(value: Json, node: SchemaNode): boolean {
  return value === null && node.nullable !== true;
}

function hintFor(key: string, known: readonly string[]): string {
  const folded = known.find((name) => name.toLowerCase() === key.toLowerCase());
  if (folded !== undefined) return `did you mean "${folded}"?`;
  return known.length === 0 || known.length > 20 ? "" : `known here: ${known.join(", ")}`;
}
