import type { Json, JsonObject, ObjectName, Place, ResourceFinding } from "../model/mod.ts";
import { splitApiVersion } from "./_kinds.ts";
import {
  POLICY_KINDS,
  policyApiVersion,
  type PolicyKind,
  policyKindOf,
  type PolicyKinds,
} from "./_policy_kinds.ts";
import { readPolicyObject } from "./_policy_object.ts";
import type { Path, Problem } from "./_problem.ts";
import { type ReadDocument, readDocuments } from "./_read_documents.ts";
import { DEFAULT_NAMESPACE } from "./_read_file.ts";
import { inWords, nameOf } from "./check_object.ts";

/** One object of a file, in use or not. */
export interface PolicyFileEntry extends ObjectName {
  readonly kind: PolicyKind;
  /** Kind, namespace and name as one text. */
  readonly key: string;
  /** As it is written. */
  readonly value: JsonObject;
  readonly place: Place;
  /** Number of the object in its file, from 0, whatever it is. */
  readonly position: number;
  /** `null` if there is a complaint. */
  readonly object: PolicyKinds[PolicyKind] | null;
  /** What is wrong with it; it is left out alone. */
  readonly complaints: readonly ResourceFinding[];
}

/** What a text holds. */
export interface PolicyFile {
  readonly entries: readonly PolicyFileEntry[];
  /** The first of each key. */
  readonly first: ReadonlyMap<string, PolicyFileEntry>;
  /** What is wrong with the file as a whole; nothing of it is used then. */
  readonly complaints: readonly ResourceFinding[];
  /** What is left out, or does nothing, without being wrong for its kind. */
  readonly notes: readonly ResourceFinding[];
}

/** A file of which nothing is used. */
export const NOTHING: Omit<PolicyFile, "complaints"> = { entries: [], first: new Map(), notes: [] };

/** Reads one file of policy objects. The same text gives the same objects. */
export function readPolicyFile(text: string, file: string): PolicyFile {
  const reader = new FileReader();
  const { documents, problems } = readDocuments(text, file);
  if (problems.length > 0) {
    const named = `Cannot read file ${JSON.stringify(file)}`;
    const complaints = problems.map(({ place, what, hint }) => ({
      place,
      message: `${named}: ${what}`,
      hint,
    }));
    return { ...NOTHING, complaints };
  }
  for (const document of documents) reader.read(document.value, document, []);
  const first = new Map(reader.entries.toReversed().map((entry) => [entry.key, entry]));
  return { entries: reader.entries, first, notes: reader.notes, complaints: [] };
}

class FileReader {
  readonly entries: PolicyFileEntry[] = [];
  readonly notes: ResourceFinding[] = [];
  #count = 0;

  read(value: Json, document: ReadDocument, base: Path): void {
    const placeOf = (path: Path) => document.spots.place(document.value, [...base, ...path]);
    if (typeof value !== "object" || value === null || Array.isArray(value)) {
      const hint = "every document is a map with apiVersion, kind and metadata";
      this.notes.push({ place: placeOf([]), message: "Cannot use a document: it is no object", hint });
      return;
    }
    const written = value as JsonObject;
    const find = (problem: Problem): ResourceFinding => {
      const { path, message, hint } = inWords(problem, written);
      return { place: placeOf(path), message, hint };
    };
    const split = typeof written.apiVersion === "string" ? splitApiVersion(written.apiVersion) : null;
    if (split === null || typeof written.kind !== "string" || written.kind === "") {
      this.notes.push(find(untyped(written, split === null ? "apiVersion" : "kind")));
    } else if (split.group === "" && written.kind === "List") {
      const items = Array.isArray(written.items) ? written.items as readonly Json[] : [];
      items.forEach((item, index) => this.read(item, document, [...base, "items", index]));
    } else {
      this.#readTyped(written, { ...split, kind: written.kind }, { place: placeOf([]), find });
    }
  }

  #readTyped(
    value: JsonObject,
    type: { readonly group: string; readonly version: string; readonly kind: string },
    at: { readonly place: Place; readonly find: (problem: Problem) => ResourceFinding },
  ): void {
    const position = this.#count++;
    const kind = policyKindOf(type.group, type.kind);
    if (kind === null) {
      this.notes.push({ place: at.place, ...strange(value, type.kind) });
      return;
    }
    const name = identityOf(value, kind);
    const read = readPolicyObject(value, kind, {
      version: type.version,
      name: name ?? { namespace: "", name: "" },
      place: at.place,
      position,
    });
    const complaints = read.problems.map(at.find);
    this.notes.push(...read.notes.map(at.find));
    if (name === null) {
      // What has no name is nobody's: there is nothing that could be said of it elsewhere.
      this.notes.push(...complaints);
      return;
    }
    const key = JSON.stringify([kind, name.namespace, name.name]);
    const { place } = at;
    this.entries.push({ ...name, kind, key, value, place, position, object: read.object, complaints });
  }
}

function identityOf(value: JsonObject, kind: PolicyKind): ObjectName | null {
  const metadata = value.metadata as JsonObject | null | undefined;
  const name = metadata?.name;
  if (typeof name !== "string" || name === "") return null;
  if (!POLICY_KINDS[kind].namespaced) return { namespace: "", name };
  const namespace = metadata?.namespace ?? "";
  return typeof namespace === "string" ? { namespace: namespace || DEFAULT_NAMESPACE, name } : null;
}

function untyped(value: JsonObject, member: "apiVersion" | "kind"): Problem {
  const what = value[member] === undefined ? "it is missing" : "it has not the right form";
  return { path: [member], what, hint: "every object names its apiVersion and its kind" };
}

function strange(value: JsonObject, kind: string): { message: string; hint: string } {
  const named = Object.keys(POLICY_KINDS) as PolicyKind[];
  const near = named.find((each) => each.toLowerCase() === kind.toLowerCase());
  const message =
    `Cannot use ${nameOf(value)}: ${JSON.stringify(value.apiVersion)} has no kind of this name ` +
    "that is a policy object";
  if (near === undefined) {
    return { message, hint: "it is left out; what Envoy Gateway reads belongs below gate.resources" };
  }
  return { message, hint: `did you mean ${near} of ${policyApiVersion(near)}? It is left out` };
}
