import type { Json, JsonObject } from "../model/mod.ts";
import { isBase64, isDateTime } from "./_formats.ts";
import { type Path, type Problem, typeHint, typeWord } from "./_problem.ts";
import { memberOf, nodeOf, type SchemaNode } from "./_schemas.ts";

/**
 * Whether a value can be turned into the Go type of a schema: all that Envoy Gateway asks of the core kinds. Null
 * stands for nothing, unknown members are passed over, and no text of the object is ever in a message.
 *
 * Follows k8s.io/apimachinery: runtime.DefaultUnstructuredConverter.
 */
export function checkTypes(value: Json, node: SchemaNode, path: Path): Problem[] {
  if (value === null) return [];
  const wrong = (wanted: string) => {
    const what = `${wanted} is needed, not ${typeWord(value)}`;
    return [{ path, what, hint: typeHint(value, node.type ?? "") }];
  };
  if (node.intOrString) {
    return typeof value === "string" || Number.isInteger(value) ? [] : wrong("an integer or a string");
  }
  switch (node.type) {
    case "string":
      return typeof value === "string" ? checkText(value, node, path) : wrong("a string");
    case "integer":
      return Number.isInteger(value) ? [] : wrong("an integer");
    case "number":
      return typeof value === "number" ? [] : wrong("a number");
    case "boolean":
      return typeof value === "boolean" ? [] : wrong("a boolean");
    case "array":
      return Array.isArray(value) ? checkEntries(value, node, path) : wrong("a list");
    case "object":
      return typeof value === "object" && !Array.isArray(value)
        ? checkMembers(value as JsonObject, node, path)
        : wrong("an object");
    default:
      return [];
  }
}

function checkText(value: string, node: SchemaNode, path: Path): Problem[] {
  if (node.format === "byte" && !isBase64(value)) {
    return [{ path, what: "it is not base64", hint: "put plain text under stringData instead of data" }];
  }
  if (node.format === "date-time" && !isDateTime(value)) {
    return [{ path, what: "it is not a time as RFC 3339 has it", hint: "for instance 2030-01-31T12:00:00Z" }];
  }
  return [];
}

function checkEntries(value: readonly Json[], node: SchemaNode, path: Path): Problem[] {
  if (node.items === undefined) return [];
  const items = nodeOf(node.items);
  return value.flatMap((entry, index) => checkTypes(entry, items, [...path, index]));
}

function checkMembers(value: JsonObject, node: SchemaNode, path: Path): Problem[] {
  return Object.entries(value).flatMap(([key, member]) => {
    const schema = memberOf(node, key);
    return schema === null ? [] : checkTypes(member, schema, [...path, key]);
  });
}
