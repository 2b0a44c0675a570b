import { Environment } from "@marcbachmann/cel-js";
import type { Json, JsonObject } from "../model/mod.ts";
import { isIpv4, isIpv6 } from "./_formats.ts";
import type { Path, Problem } from "./_problem.ts";
import { memberOf, nodeOf, type Rule, type SchemaNode } from "./_schemas.ts";

type Cel = unknown;

// Rules are few and the same for every object: each is parsed when it is needed first.
const programs = new Map<string, (context: { self: Cel }) => unknown>();
let environment: Environment | null = null;

/**
 * Evaluates the CEL rules (`x-kubernetes-validations`) of a schema. A rule that cannot be evaluated, for instance
 * because a member is not there, does not hold, as in Kubernetes.
 *
 * @param value An object that fits the schema, with its defaults.
 */
export function checkRules(value: Json, node: SchemaNode): Problem[] {
  if (!speaks(node)) return [];
  const problems: Problem[] = [];
  walk(value, toCel(value, node), node, [], problems);
  return problems;
}

function walk(value: Json, cel: Cel, node: SchemaNode, path: Path, problems: Problem[]): void {
  if (value === null || !speaks(node)) return;
  for (const rule of node.rules ?? []) {
    if (!holds(rule, cel)) problems.push({ path, what: inWords(rule), hint: "" });
  }
  if (Array.isArray(value)) {
    if (node.items === undefined) return;
    const items = nodeOf(node.items);
    value.forEach((entry, index) => walk(entry, (cel as Cel[])[index], items, [...path, index], problems));
  } else if (typeof value === "object") {
    for (const [key, member] of Object.entries(value)) {
      const schema = memberOf(node, key);
      if (schema === null) continue;
      const inner = (cel as Record<string, Cel>)[isProperty(node, key) ? escapeName(key) : key];
      walk(member, inner, schema, [...path, key], problems);
    }
  }
}

function holds(rule: Rule, self: Cel): boolean {
  let program = programs.get(rule.rule);
  if (program === undefined) {
    environment ??= new Environment({ unlistedVariablesAreDyn: true })
      .registerFunction("isIP(string): bool", (text: string) => isIpv4(text) || isIpv6(text));
    programs.set(rule.rule, program = environment.parse(rule.rule));
  }
  try {
    return program({ self }) === true;
  } catch {
    return false;
  }
}

function inWords(rule: Rule): string {
  const words = rule.message === "" ? `the rule ${rule.rule} does not hold` : rule.message;
  // The grammar of messages: what follows the colon begins small and has no full stop.
  return words.replace(/\.$/, "").replace(/^[A-Z](?=[a-z ])/, (letter) => letter.toLowerCase());
}

const speaking = new WeakMap<SchemaNode, boolean>();

// Whether there is a rule at or below a node.
function speaks(node: SchemaNode): boolean {
  const known = speaking.get(node);
  if (known !== undefined) return known;
  const children = [
    ...Object.values(node.properties ?? {}),
    ...(node.items === undefined ? [] : [node.items]),
    ...(typeof node.additional === "number" ? [node.additional] : []),
  ];
  const answer = node.rules !== undefined || children.some((index) => speaks(nodeOf(index)));
  speaking.set(node, answer);
  return answer;
}

function toCel(value: Json, node: SchemaNode | null): Cel {
  if (typeof value === "number") {
    return node?.type !== "number" && Number.isInteger(value) ? BigInt(value) : value;
  }
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) {
    const items = node?.items === undefined ? null : nodeOf(node.items);
    return value.map((entry) => toCel(entry, items));
  }
  const result: Record<string, Cel> = {};
  for (const [key, member] of Object.entries(value as JsonObject)) {
    const name = node !== null && isProperty(node, key) ? escapeName(key) : key;
    result[name] = toCel(member, node === null ? null : memberOf(node, key));
  }
  return result;
}

function isProperty(node: SchemaNode, key: string): boolean {
  return node.properties !== undefined && Object.hasOwn(node.properties, key);
}

const RESERVED: ReadonlySet<string> = new Set([
  ...["true", "false", "null", "in", "as", "break", "const", "continue", "else", "for", "function", "if"],
  ...["import", "let", "loop", "package", "namespace", "return", "var", "void", "while"],
]);

// Names that CEL keeps for itself, and characters that it has no names with, as Kubernetes writes them.
function escapeName(name: string): string {
  if (RESERVED.has(name)) return `__${name}__`;
  if (/^\w+$/.test(name) && !name.includes("__")) return name;
  return name.replace(
    /__|[.\-/]/g,
    (part) => ({ "__": "__underscores__", ".": "__dot__", "-": "__dash__", "/": "__slash__" })[part]!,
  );
}
