import { Buffer } from "node:buffer";
import type { Json, JsonObject } from "../model/mod.ts";
import { checkTypes } from "./_check_types.ts";
import { isDnsLabel, isDnsSubdomain, isLabelValue, isQualifiedName } from "./_formats.ts";
import { type Path, type Problem, showValue } from "./_problem.ts";
import { type SchemaNode, schemaOf } from "./_schemas.ts";

/** Bytes that all annotations together may have. */
const MAX_ANNOTATIONS = 256 * 1024;

const META: SchemaNode = schemaOf("ObjectMeta")!;
const NAME_HINT = "lower-case letters, digits, - and . are allowed, a letter or digit first and last";

/**
 * The rules for the metadata of a kind that is validated: known members only, right types, a name, and labels and
 * annotations as Kubernetes takes them.
 *
 * Follows k8s.io/apimachinery: api/validation.
 */
export function checkMetadata(metadata: Json | undefined, namespaced: boolean): Problem[] {
  const path: Path = ["metadata"];
  const problems = checkTypes(metadata ?? null, META, path);
  if (problems.length > 0) return problems;
  const meta = (metadata ?? {}) as JsonObject;
  for (const key of Object.keys(meta)) {
    if (key !== "managedFields" && !Object.hasOwn(META.properties!, key)) {
      problems.push({ path: [...path, key], what: "unknown field", hint: "" });
    }
  }
  problems.push(...checkName(meta, path, namespaced));
  problems.push(...checkLabels(meta, path), ...checkAnnotations(meta, path));
  for (const [index, owner] of (meta.ownerReferences as readonly JsonObject[] | undefined ?? []).entries()) {
    for (const key of ["apiVersion", "kind", "name", "uid"]) {
      if (owner?.[key]) continue;
      problems.push({ path: [...path, "ownerReferences", index, key], what: "it is missing", hint: "" });
    }
  }
  for (const [index, name] of (meta.finalizers as readonly string[] | undefined ?? []).entries()) {
    if (!isQualifiedName(name)) {
      problems.push({
        path: [...path, "finalizers", index],
        what: `${showValue(name)} is not a name`,
        hint: "",
      });
    }
  }
  return problems;
}

/** The one rule that holds for the metadata of core kinds as well: right types, and a name. */
export function checkPlainMetadata(metadata: Json | undefined): Problem[] {
  const problems = checkTypes(metadata ?? null, META, ["metadata"]);
  if (problems.length > 0) return problems;
  const name = (metadata as JsonObject | null | undefined)?.name;
  return name
    ? []
    : [{ path: ["metadata", "name"], what: "it is missing", hint: "every object needs a name" }];
}

function checkName(meta: JsonObject, path: Path, namespaced: boolean): Problem[] {
  const problems: Problem[] = [];
  const name = meta.name as string | null | undefined;
  if (!name) {
    const hint = meta.generateName ? "names are not generated: write one" : "every object needs a name";
    problems.push({ path: [...path, "name"], what: "it is missing", hint });
  } else if (!isDnsSubdomain(name)) {
    problems.push({ path: [...path, "name"], what: `${showValue(name)} is not a name`, hint: NAME_HINT });
  }
  const namespace = meta.namespace as string | null | undefined;
  if (namespaced && namespace && !isDnsLabel(namespace)) {
    const what = `${showValue(namespace)} is not the name of a namespace`;
    problems.push({
      path: [...path, "namespace"],
      what,
      hint: "lower-case letters, digits and - are allowed",
    });
  }
  return problems;
}

function checkLabels(meta: JsonObject, path: Path): Problem[] {
  return Object.entries((meta.labels ?? {}) as JsonObject).flatMap(([key, value]) => {
    const at = [...path, "labels", key];
    if (!isQualifiedName(key)) {
      return [{ path: at, what: `${showValue(key)} is not the name of a label`, hint: "" }];
    }
    const fits = value === null || isLabelValue(value as string);
    return fits ? [] : [{ path: at, what: `${showValue(value)} is not the value of a label`, hint: "" }];
  });
}

function checkAnnotations(meta: JsonObject, path: Path): Problem[] {
  const annotations = Object.entries((meta.annotations ?? {}) as JsonObject);
  const problems: Problem[] = [];
  let size = 0;
  for (const [key, value] of annotations) {
    size += Buffer.byteLength(key) + Buffer.byteLength(String(value ?? ""));
    if (isQualifiedName(key.toLowerCase())) continue;
    problems.push({
      path: [...path, "annotations", key],
      what: `${showValue(key)} is not the name of an annotation`,
      hint: "",
    });
  }
  if (size > MAX_ANNOTATIONS) {
    const what = `they have ${size} bytes, at most ${MAX_ANNOTATIONS} are allowed`;
    problems.push({ path: [...path, "annotations"], what, hint: "" });
  }
  return problems;
}
