import type { Json, JsonObject, ResourceFinding, ResourceObject } from "../model/mod.ts";
import { checkPlainMetadata } from "./_check_metadata.ts";
import { checkWritten } from "./_check_written.ts";
import { apiVersionOf, CERTGATE, DATUM, type Kind, kindOf, kindsOf, splitApiVersion } from "./_kinds.ts";
import type { Path, Problem } from "./_problem.ts";
import { type ReadDocument, readDocuments } from "./_read_documents.ts";
import { inWords, nameOf } from "./check_object.ts";

/** The namespace that Envoy Gateway's file mode gives to what has none. */
export const DEFAULT_NAMESPACE = "envoy-gateway-system";

/** What a text holds. */
export interface ReadFile {
  /** Empty if there is a complaint. */
  readonly objects: readonly ResourceObject[];
  /** Group, kind, namespace and name of each object as one text. */
  readonly keys: readonly string[];
  /** What is wrong with the file; it is left out as a whole. */
  readonly complaints: readonly ResourceFinding[];
  /** Objects that are left out alone. */
  readonly notes: readonly ResourceFinding[];
}

/** Reads one file. The same text gives the same objects. */
export function readFile(text: string, file: string): ReadFile {
  const { documents, problems } = readDocuments(text, file);
  const result: Collected = { objects: [], complaints: [], notes: [] };
  for (const { place, what, hint } of problems) {
    result.complaints.push({ place, message: `Cannot read file ${JSON.stringify(file)}: ${what}`, hint });
  }
  for (const document of documents) readValue(document.value, document, [], result);
  if (result.complaints.length > 0) return { ...result, objects: [], keys: [] };
  return { ...result, keys: result.objects.map(keyOf) };
}

function keyOf({ group, kind, namespace, name }: ResourceObject): string {
  return JSON.stringify([group, kind, namespace, name]);
}

interface Collected {
  readonly objects: ResourceObject[];
  readonly complaints: ResourceFinding[];
  readonly notes: ResourceFinding[];
}

function readValue(value: Json, document: ReadDocument, base: Path, result: Collected): void {
  const placeOf = (path: Path) => document.spots.place(document.value, [...base, ...path]);
  const complain = (problem: Problem) => {
    const { message, hint } = inWords(problem, value as JsonObject);
    result.complaints.push({ place: placeOf(problem.path), message, hint });
  };
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    const hint = "every document is a map with apiVersion, kind and metadata";
    result.complaints.push({ place: placeOf([]), message: "Cannot use a document: it is no object", hint });
    return;
  }
  const written = value as JsonObject;
  const { apiVersion, kind: name } = written;
  const split = typeof apiVersion === "string" ? splitApiVersion(apiVersion) : null;
  if (split === null || typeof name !== "string" || name === "") {
    const path = split === null ? "apiVersion" : "kind";
    const what = written[path] === undefined ? "it is missing" : "it has not the right form";
    return complain({ path: [path], what, hint: "every object names its apiVersion and its kind" });
  }
  if (split.group === "" && name === "List") {
    const items = Array.isArray(written.items) ? written.items as readonly Json[] : [];
    items.forEach((item, index) => readValue(item, document, [...base, "items", index], result));
    return;
  }
  const kind = kindOf(split.group, name);
  if (kind === null && split.group !== DATUM) {
    result.notes.push({ place: placeOf([]), ...strange(written, split.group, name) });
    return;
  }
  const problems = kind === null
    ? checkPlainMetadata(written.metadata)
    : checkKnown(written, kind, split.version);
  problems.forEach(complain);
  if (problems.length === 0) {
    result.objects.push(toObject(written, kind, { group: split.group, version: split.version }, placeOf));
  }
}

function checkKnown(value: JsonObject, kind: Kind, version: string): Problem[] {
  if (version !== kind.version && !kind.others.includes(version)) {
    const what = `the version ${JSON.stringify(version)} of this kind is not known`;
    return [{ path: ["apiVersion"], what, hint: `use ${apiVersionOf(kind)}` }];
  }
  return checkWritten(value, kind);
}

function toObject(
  written: JsonObject,
  kind: Kind | null,
  type: { group: string; version: string },
  placeOf: ResourceObject["placeOf"],
): ResourceObject {
  const metadata = written.metadata as JsonObject;
  const namespaced = kind?.namespaced ?? true;
  const namespace = namespaced ? (metadata.namespace as string | undefined) || DEFAULT_NAMESPACE : "";
  return {
    group: type.group,
    // The versions of a kind differ in nothing but their name, and Envoy Gateway cannot work with all of them.
    version: kind?.version ?? type.version,
    kind: written.kind as string,
    namespace,
    name: metadata.name as string,
    value: {
      ...written,
      ...(kind === null ? {} : { apiVersion: apiVersionOf(kind) }),
      metadata: namespaced ? { ...metadata, namespace } : metadata,
    },
    place: placeOf([]),
    placeOf,
  };
}

function strange(value: JsonObject, group: string, name: string): { message: string; hint: string } {
  if (group === CERTGATE) {
    return {
      message: `Cannot use ${nameOf(value)}: certgate makes objects of this kind itself`,
      hint: "remove it; it is left out",
    };
  }
  const known = kindsOf(group);
  const near = known.find((kind) => kind.toLowerCase() === name.toLowerCase());
  const message =
    `Cannot use ${nameOf(value)}: ${JSON.stringify(value.apiVersion)} has no kind of this name ` +
    "that Envoy Gateway reads from files";
  return { message, hint: near === undefined ? "it is left out" : `did you mean ${JSON.stringify(near)}?` };
}
