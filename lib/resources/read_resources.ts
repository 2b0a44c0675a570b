import type { Place, ResourceFinding, ResourceObject } from "../model/mod.ts";
import { byCodeUnits } from "./_by_code_units.ts";
import { type ReadFile, readFile } from "./_read_file.ts";
import { nameOf } from "./check_object.ts";

/** A file of the operator: its text, or why it could not be read. */
export type ResourceText = { readonly text: string } | { readonly problem: string };

/** What the operator's files say. */
export interface ResourceSet {
  /** In the order of the paths, then as written. The same text gives the same objects, identical by reference. */
  readonly objects: readonly ResourceObject[];
  /** In the order of the paths. */
  readonly findings: readonly ResourceFinding[];
  /** How many files there are, those that are left out included. */
  readonly files: number;
  /** Path to the text that is in use: the one to be kept for the next start. */
  readonly good: ReadonlyMap<string, string>;
}

/** Complaints about one file that are shown; who has more repairs these first. */
const MAX_COMPLAINTS = 20;

// What was read of the texts of the latest call. Remembering changes no answer, only how long it takes.
let memory: ReadonlyMap<string, readonly Remembered[]> = new Map();

interface Remembered {
  readonly text: string;
  readonly file: ReadFile;
}

/**
 * Reads the operator's files: YAML or JSON, several documents and lists included.
 *
 * - A file with anything wrong in it is left out as a whole, and the last text of it that was good is used instead.
 * - An object of a kind that Envoy Gateway does not read from files is left out alone.
 * - Of two objects with the same group, kind, namespace and name the one in the first file by path wins.
 * - What has no namespace gets the one that Envoy Gateway gives it, `envoy-gateway-system`. Older versions of a kind
 *   are rewritten to the one with which Envoy Gateway can work.
 * - No message repeats the content of a Secret.
 *
 * @param files Path to text or problem, of all files there are.
 * @param lastGood `good` of an earlier answer, also from before a restart.
 * @returns Objects, findings, and the texts that are in use.
 */
export function readResources(
  files: ReadonlyMap<string, ResourceText>,
  lastGood: ReadonlyMap<string, string>,
): ResourceSet {
  const used = new Map<string, Remembered[]>();
  const read = (path: string, text: string) => {
    const now = used.get(path) ?? [];
    const same = (one: Remembered) => one.text === text;
    const known = now.find(same) ?? memory.get(path)?.find(same) ?? { text, file: readFile(text, path) };
    used.set(path, [...now, known]);
    return known.file;
  };
  const objects: ResourceObject[] = [];
  const findings: ResourceFinding[] = [];
  const good = new Map<string, string>();
  const owners = new Map<string, ResourceObject>();
  for (const path of [...files.keys()].sort(byCodeUnits)) {
    const file = files.get(path)!;
    const now = "text" in file ? read(path, file.text) : unreadable(path, file.problem);
    const earlier = now.complaints.length > 0 ? lastGood.get(path) : undefined;
    const before = earlier === undefined ? null : read(path, earlier);
    const inUse = before !== null && before.complaints.length === 0 ? before : now;
    if (now.complaints.length === 0 && "text" in file) good.set(path, file.text);
    else if (inUse === before) good.set(path, earlier!);
    findings.push(...showComplaints(path, now.complaints, inUse === before), ...inUse.notes);
    for (const [index, object] of inUse.objects.entries()) {
      const key = inUse.keys[index];
      const owner = owners.get(key);
      if (owner === undefined) {
        owners.set(key, object);
        objects.push(object);
      } else findings.push(twice(object, owner));
    }
  }
  memory = used;
  return { objects, findings, files: files.size, good };
}

function unreadable(path: string, problem: string): ReadFile {
  const message = `Cannot read file ${JSON.stringify(path)}: ${problem}`;
  return { objects: [], keys: [], notes: [], complaints: [{ place: start(path), message, hint: "" }] };
}

function start(file: string): Place {
  return { file, line: 1, column: 1 };
}

function showComplaints(
  path: string,
  complaints: readonly ResourceFinding[],
  held: boolean,
): ResourceFinding[] {
  if (complaints.length === 0) return [];
  const fate = held ? "its last good version stays in use" : "none of its objects is used";
  const shown = complaints.slice(0, MAX_COMPLAINTS);
  const more = complaints.length - shown.length;
  const count = more > 0 ? `${complaints.length} problems, the first ${shown.length} follow` : "";
  const one = complaints.length === 1
    ? "it has a problem"
    : `it has ${count || `${complaints.length} problems`}`;
  return [
    {
      place: shown[0].place,
      message: `Cannot use file ${JSON.stringify(path)}: ${one}`,
      hint: `${fate} until it is repaired`,
    },
    ...shown,
  ];
}

function twice(object: ResourceObject, owner: ResourceObject): ResourceFinding {
  const { file, line, column } = owner.place;
  return {
    place: object.place,
    message: `Cannot use ${nameOf(object.value)}: it is at ${
      JSON.stringify(`${file}:${line}:${column}`)
    } already`,
    hint: "keep one of the two; the first in the order of the paths is used",
  };
}
