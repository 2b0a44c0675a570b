import type { Json, JsonObject } from "../model/mod.ts";
import { checkValue } from "./_check_value.ts";
import type { Kind } from "./_kinds.ts";
import { type Path, type Problem, showValue } from "./_problem.ts";

/** The most listeners that Envoy Gateway takes in one Gateway. */
const MAX_LISTENERS = 64;

/**
 * What is wrong with an object that somebody wrote. certgate takes two things that Envoy Gateway refuses, because it
 * never hands them on as they are: Gateways with more listeners than Envoy Gateway takes, and `allowedListeners`
 * written as a list, with or without `namespaces` in between.
 */
export function checkWritten(value: JsonObject, kind: Kind): Problem[] {
  const spec = asObject(value.spec);
  if (kind.kind !== "Gateway" || spec === null) return checkValue(value, kind);
  const { allowedListeners, listeners } = spec;
  const parts = Array.isArray(listeners) && listeners.length > MAX_LISTENERS ? split(listeners) : [listeners];
  const forms = Array.isArray(allowedListeners) && allowedListeners.length > 0
    ? allowedListeners.map(asForm)
    : [Array.isArray(allowedListeners) ? undefined : allowedListeners];
  const check = (part: Json | undefined, form: Json | undefined) =>
    checkValue({ ...value, spec: withMembers(spec, { listeners: part, allowedListeners: form }) }, kind);
  const problems = parts.flatMap((part, index) => {
    return check(part, forms[0]).map((problem) => moved(problem, index * MAX_LISTENERS))
      // What is not about the listeners is the same for every part.
      .filter(({ path }) => index === 0 || (path[0] === "spec" && path[1] === "listeners"));
  });
  problems.push(
    ...forms.slice(1).flatMap((form) => check(parts[0], form)).filter(({ path }) =>
      path[1] === "allowedListeners"
    ),
  );
  if (parts.length > 1) problems.push(...namesTwice(listeners as readonly Json[], problems));
  return problems;
}

function split(listeners: readonly Json[]): Json[] {
  const parts: Json[] = [];
  for (let at = 0; at < listeners.length; at += MAX_LISTENERS) {
    parts.push(listeners.slice(at, at + MAX_LISTENERS));
  }
  return parts;
}

function asForm(entry: Json): Json {
  const form = asObject(entry);
  return form !== null && Object.hasOwn(form, "from") ? { namespaces: form } : entry;
}

function moved(problem: Problem, by: number): Problem {
  const [first, second, index, ...rest] = problem.path;
  if (by === 0 || second !== "listeners" || typeof index !== "number") return problem;
  return { ...problem, path: [first, second, index + by, ...rest] };
}

// A part knows nothing of the names of the other parts; names twice in one part are found there.
function namesTwice(listeners: readonly Json[], found: readonly Problem[]): Problem[] {
  const seen = new Set<Json>();
  const known = new Set(found.map(({ path }) => path[2]));
  return listeners.flatMap((listener, index) => {
    const name = asObject(listener)?.name ?? null;
    const again = name !== null && seen.has(name) && !known.has(index);
    seen.add(name);
    const path: Path = ["spec", "listeners", index];
    return again ? [{ path, what: `name ${showValue(name)} is there twice`, hint: "" }] : [];
  });
}

function withMembers(object: JsonObject, members: Record<string, Json | undefined>): JsonObject {
  const entries = Object.entries({ ...object, ...members });
  return Object.fromEntries(entries.filter((entry): entry is [string, Json] => entry[1] !== undefined));
}

function asObject(value: Json | undefined): JsonObject | null {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? value as JsonObject : null;
}
