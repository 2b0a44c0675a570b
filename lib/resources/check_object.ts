import type { JsonObject } from "../model/mod.ts";
import { checkPlainMetadata } from "./_check_metadata.ts";
import { checkValue } from "./_check_value.ts";
import { apiVersionOf, CERTGATE, kindOf, splitApiVersion } from "./_kinds.ts";
import { type Problem, showPath } from "./_problem.ts";

/** Why Envoy Gateway would not take an object. */
export interface ObjectProblem {
  /** The member that it is about; empty if it is about the object. */
  readonly path: readonly (string | number)[];
  /** Capital, what failed, quoted values, no full stop. No content of a Secret. */
  readonly message: string;
  /** What to do; empty if there is nothing to say. */
  readonly hint: string;
}

/**
 * Whether the file loader of Envoy Gateway 1.9.0 would take an object, use it, and be able to let go of it again. One
 * object that it does not take makes it give up a whole reload, so nothing is published that has a problem here.
 *
 * Kinds of Gateway API and of Envoy Gateway are checked like a Kubernetes API server does: schema, unknown fields,
 * metadata, CEL rules, with defaults filled in. Core kinds are checked for types only, certgate's own for a name.
 *
 * @param value The object, `apiVersion`, `kind` and `metadata` included.
 * @returns What is wrong; empty if nothing is.
 *
 * @example
 * ```ts
 * import { checkObject } from "./check_object.ts";
 * import assert from "node:assert/strict";
 *
 * const secret = { apiVersion: "v1", kind: "Secret", metadata: { name: "a" }, data: { "tls.crt": "?" } };
 * assert.equal(checkObject(secret)[0].message, 'Cannot use data[tls.crt] of Secret "a": it is not base64');
 * ```
 */
export function checkObject(value: JsonObject): readonly ObjectProblem[] {
  return findProblems(value).map((problem) => inWords(problem, value));
}

/** A problem as a message about the object that has it. */
export function inWords(problem: Problem, value: JsonObject): ObjectProblem {
  const member = problem.path.length === 0 ? "" : `${showPath(problem.path)} of `;
  return {
    path: problem.path,
    message: `Cannot use ${member}${nameOf(value)}: ${problem.what}`,
    hint: problem.hint,
  };
}

/** `Gateway "ns/name"`, with whatever of it is there. */
export function nameOf(value: JsonObject): string {
  const kind = typeof value.kind === "string" ? value.kind : "an object";
  const metadata = value.metadata as JsonObject | undefined;
  const name = typeof metadata?.name === "string" ? metadata.name : "";
  const namespace = typeof metadata?.namespace === "string" ? `${metadata.namespace}/` : "";
  return name === "" ? kind : `${kind} ${JSON.stringify(`${namespace}${name}`)}`;
}

function findProblems(value: JsonObject): Problem[] {
  const { apiVersion, kind: name } = value;
  const split = typeof apiVersion === "string" ? splitApiVersion(apiVersion) : null;
  if (split === null) return [{ path: ["apiVersion"], what: "it is no group and version", hint: "" }];
  if (typeof name !== "string") return [{ path: ["kind"], what: "it is missing", hint: "" }];
  if (split.group === CERTGATE) return checkPlainMetadata(value.metadata);
  const kind = kindOf(split.group, name);
  if (kind === null || kind.kind === "XListenerSet") {
    return [{ path: ["kind"], what: "Envoy Gateway does not know this kind", hint: "" }];
  }
  if (split.version !== kind.version) {
    const what = `Envoy Gateway cannot work with ${apiVersion} of this kind`;
    return [{ path: ["apiVersion"], what, hint: `use ${apiVersionOf(kind)}` }];
  }
  return checkValue(value, kind);
}
