import type { Json } from "../model/mod.ts";
import file from "./_schemas.json" with { type: "json" };

/**
 * One schema as Kubernetes' CRDs have it; children are numbers for {@linkcode nodeOf}. `preserve`, `intOrString`,
 * `embedded`, `listType` and `listKeys` are the `x-kubernetes-` words, `additional` is `additionalProperties`.
 */
export interface SchemaNode {
  readonly type?: "string" | "integer" | "number" | "boolean" | "array" | "object";
  readonly format?: string;
  readonly enum?: readonly Json[];
  readonly pattern?: string;
  readonly default?: Json;
  readonly required?: readonly string[];
  readonly nullable?: boolean;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly exclusiveMinimum?: boolean;
  readonly exclusiveMaximum?: boolean;
  readonly multipleOf?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly uniqueItems?: boolean;
  readonly minProperties?: number;
  readonly maxProperties?: number;
  readonly properties?: Readonly<Record<string, number>>;
  readonly items?: number;
  readonly additional?: number | true;
  readonly allOf?: readonly number[];
  readonly anyOf?: readonly number[];
  readonly oneOf?: readonly number[];
  readonly not?: number;
  readonly preserve?: boolean;
  readonly intOrString?: boolean;
  readonly embedded?: boolean;
  readonly listType?: "set" | "map";
  readonly listKeys?: readonly string[];
  readonly rules?: readonly Rule[];
  /** Envoy Gateway ends with a panic if it is set. */
  readonly unusable?: boolean;
}

/** A CEL expression that must hold, and what to say if it does not; the message may be empty. */
export interface Rule {
  readonly rule: string;
  readonly message: string;
}

interface SchemaFile {
  readonly kinds: Readonly<Record<string, number>>;
  readonly nodes: readonly SchemaNode[];
}

const { kinds, nodes } = file as unknown as SchemaFile;

/** The schema with a number. */
export function nodeOf(index: number): SchemaNode {
  return nodes[index];
}

/** The schema of `group/version/Kind` (`v1/Secret` in the core group) or of `ObjectMeta`; `null` if there is none. */
export function schemaOf(name: string): SchemaNode | null {
  return Object.hasOwn(kinds, name) ? nodes[kinds[name]] : null;
}

/** The schema of a member of an object, `null` if the schema does not speak of it. */
export function memberOf(node: SchemaNode, key: string): SchemaNode | null {
  if (node.properties !== undefined && Object.hasOwn(node.properties, key)) {
    return nodes[node.properties[key]];
  }
  return typeof node.additional === "number" ? nodes[node.additional] : null;
}
