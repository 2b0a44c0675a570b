import type { Json, JsonObject } from "../model/mod.ts";
import { isBase64, isDateTime, isIpv4, isIpv6 } from "./_formats.ts";
import { type Path, type Problem, showValue, typeHint, typeWord } from "./_problem.ts";
import { memberOf, nodeOf, type SchemaNode } from "./_schemas.ts";

/**
 * Checks values against a schema, types first, as k8s.io/kube-openapi does.
 *
 * @param value The object with its defaults.
 * @returns What is wrong; a value of the wrong type is not looked at any further.
 */
export function checkSchema(value: Json, node: SchemaNode, path: Path = []): Problem[] {
  if (value === null && (node.nullable || node.type === undefined)) return [];
  const wrong = wrongType(value, node);
  if (wrong !== "") return [{ path, what: wrong, hint: typeHint(value, node.type ?? "") }];
  const problems: Problem[] = [];
  const say = (what: string) => problems.push({ path, what, hint: "" });
  if (node.unusable) {
    const hint = "choose another way; where the member is not written, its default is meant";
    problems.push({ path, what: "Envoy Gateway 1.9.0 ends with a panic when this is set", hint });
  }
  if (node.enum !== undefined && !node.enum.some((one) => one === value)) {
    say(`${showValue(value)} is none of ${node.enum.map(showValue).join(", ")}`);
  }
  if (typeof value === "string") checkString(value, node, say);
  else if (typeof value === "number") checkNumber(value, node, say);
  else if (Array.isArray(value)) problems.push(...checkList(value, node, path));
  else if (typeof value === "object" && value !== null) {
    problems.push(...checkMembers(value as JsonObject, node, path));
  }
  problems.push(...checkCombined(value, node, path));
  return problems;
}

type Say = (what: string) => void;

function wrongType(value: Json, node: SchemaNode): string {
  if (node.intOrString) {
    const fits = typeof value === "string" || Number.isInteger(value);
    return fits ? "" : `an integer or a string is needed, not ${typeWord(value)}`;
  }
  const fits = {
    string: typeof value === "string",
    integer: Number.isInteger(value),
    number: typeof value === "number",
    boolean: typeof value === "boolean",
    array: Array.isArray(value),
    object: typeof value === "object" && value !== null && !Array.isArray(value),
  };
  if (node.type === undefined || fits[node.type]) return "";
  const word = { string: "a string", integer: "an integer", number: "a number", boolean: "a boolean" };
  const wanted = node.type === "array" ? "a list" : node.type === "object" ? "an object" : word[node.type];
  return `${wanted} is needed, not ${typeof value === "number" ? String(value) : typeWord(value)}`;
}

const FORMATS: Readonly<Record<string, (text: string) => boolean>> = {
  "ipv4": isIpv4,
  "ipv6": isIpv6,
  "byte": isBase64,
  "date-time": isDateTime,
};

function checkString(value: string, node: SchemaNode, say: Say): void {
  const length = node.minLength === undefined && node.maxLength === undefined ? 0 : [...value].length;
  if (node.minLength !== undefined && length < node.minLength) {
    say(
      node.minLength === 1
        ? "it is empty"
        : `it has ${length} characters, at least ${node.minLength} are needed`,
    );
  }
  if (node.maxLength !== undefined && length > node.maxLength) {
    // What is too long is not matched: patterns are made for short texts.
    return say(`it has ${length} characters, at most ${node.maxLength} are allowed`);
  }
  if (node.pattern !== undefined && !patternOf(node.pattern).test(value)) {
    say(`${showValue(value)} does not match ${node.pattern}`);
  }
  const format = node.format === undefined ? undefined : FORMATS[node.format];
  if (format !== undefined && !format(value)) say(`${showValue(value)} is not of the form ${node.format}`);
}

const patterns = new Map<string, RegExp>();

function patternOf(pattern: string): RegExp {
  let compiled = patterns.get(pattern);
  if (compiled === undefined) patterns.set(pattern, compiled = new RegExp(pattern));
  return compiled;
}

function checkNumber(value: number, node: SchemaNode, say: Say): void {
  const { minimum, maximum } = node;
  if (minimum !== undefined && (node.exclusiveMinimum ? value <= minimum : value < minimum)) {
    say(`${value} is less than ${minimum}`);
  }
  if (maximum !== undefined && (node.exclusiveMaximum ? value >= maximum : value > maximum)) {
    say(`${value} is more than ${maximum}`);
  }
  if (node.format === "int32" && Math.abs(value + 0.5) > 2 ** 31) say(`${value} does not fit into 32 bits`);
  if (node.multipleOf !== undefined && value % node.multipleOf !== 0) {
    say(`${value} is no multiple of ${node.multipleOf}`);
  }
}

function checkList(value: readonly Json[], node: SchemaNode, path: Path): Problem[] {
  const problems: Problem[] = [];
  const { minItems, maxItems } = node;
  if (minItems !== undefined && value.length < minItems) {
    problems.push({
      path,
      what: `it has ${value.length} entries, at least ${minItems} are needed`,
      hint: "",
    });
  }
  if (maxItems !== undefined && value.length > maxItems) {
    problems.push({
      path,
      what: `it has ${value.length} entries, at most ${maxItems} are allowed`,
      hint: "",
    });
  }
  if (node.uniqueItems && new Set(value.map((entry) => JSON.stringify(entry))).size < value.length) {
    problems.push({ path, what: "an entry is there twice", hint: "" });
  }
  if (node.items === undefined) return problems;
  const items = nodeOf(node.items);
  return value.reduce<Problem[]>((all, entry, index) => {
    all.push(...checkSchema(entry, items, [...path, index]));
    return all;
  }, problems);
}

function checkMembers(value: JsonObject, node: SchemaNode, path: Path): Problem[] {
  const problems: Problem[] = [];
  const keys = Object.keys(value);
  for (const key of node.required ?? []) {
    if (!Object.hasOwn(value, key)) problems.push({ path: [...path, key], what: "it is missing", hint: "" });
  }
  if (node.minProperties !== undefined && keys.length < node.minProperties) {
    problems.push({ path, what: `at least ${node.minProperties} members are needed`, hint: "" });
  }
  if (node.maxProperties !== undefined && keys.length > node.maxProperties) {
    problems.push({ path, what: `at most ${node.maxProperties} members are allowed`, hint: "" });
  }
  for (const key of keys) {
    const schema = memberOf(node, key);
    if (schema !== null) problems.push(...checkSchema(value[key], schema, [...path, key]));
  }
  return problems;
}

function checkCombined(value: Json, node: SchemaNode, path: Path): Problem[] {
  const holds = (index: number) => checkSchema(value, nodeOf(index), path).length === 0;
  const problems = (node.allOf ?? []).flatMap((index) => checkSchema(value, nodeOf(index), path));
  const say = (what: string) => problems.push({ path, what, hint: "" });
  if (node.anyOf !== undefined && !node.anyOf.some(holds)) say("it has none of the allowed forms");
  if (node.oneOf !== undefined && node.oneOf.filter(holds).length !== 1) {
    say("it must have exactly one of the allowed forms");
  }
  if (node.not !== undefined && holds(node.not)) say("it has a form that is not allowed");
  return problems;
}
