import type { Place, RefusedPolicyObject, ResourceFinding } from "../model/mod.ts";
import { NOTHING, type PolicyFile, type PolicyFileEntry } from "./_policy_file.ts";
import { nameOf } from "./check_object.ts";
import { showComplaint } from "./complaint.ts";

/** Complaints about one file or object that are shown; who has more repairs these first. */
const MAX_COMPLAINTS = 20;

/** A file without a text. */
export function unreadableFile(path: string, problem: string): PolicyFile {
  const message = `Cannot read file ${JSON.stringify(path)}: ${problem}`;
  const place = { file: path, line: 1, column: 1 };
  return { ...NOTHING, complaints: [{ place, message, hint: "" }] };
}

/** What there is to say of a file that is left out as a whole. */
export function fileFindings(
  path: string,
  complaints: readonly ResourceFinding[],
  held: boolean,
): ResourceFinding[] {
  return headed(`Cannot use file ${JSON.stringify(path)}`, complaints, {
    place: complaints[0].place,
    fate: held ? "its last good version stays in use" : "none of its objects is used",
  });
}

/** What there is to say of an object that is not used as it is written. */
export function refusalOf(
  entry: PolicyFileEntry,
  held: boolean,
): { refused: RefusedPolicyObject; findings: ResourceFinding[] } {
  const { kind, namespace, name, place, complaints, value } = entry;
  const [{ place: at, message }] = complaints;
  const metadata = value.metadata as { readonly generation?: unknown };
  const { spec } = value;
  return {
    refused: {
      kind,
      namespace,
      name,
      place,
      generation: Number.isInteger(metadata.generation) ? metadata.generation as number : null,
      spec: isMap(spec) ? spec : {},
      message: showComplaint({ ...at, message, hint: "" }),
      held,
    },
    findings: headed(`Cannot use ${nameOf(value)}`, complaints, {
      place,
      fate: held ? "its last good version stays in use" : "it is left out",
    }),
  };
}

function isMap(value: unknown): value is RefusedPolicyObject["spec"] {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function headed(
  what: string,
  complaints: readonly ResourceFinding[],
  { place, fate }: { readonly place: Place; readonly fate: string },
): ResourceFinding[] {
  const shown = complaints.slice(0, MAX_COMPLAINTS);
  const more = complaints.length > shown.length ? `, the first ${shown.length} follow` : "";
  const count = complaints.length === 1 ? "it has a problem" : `it has ${complaints.length} problems${more}`;
  return [{ place, message: `${what}: ${count}`, hint: `${fate} until it is repaired` }, ...shown];
}

/** What there is to say of an object whose name is another one's. */
export function duplicateOf({ place, value }: PolicyFileEntry, owner: PolicyFileEntry): ResourceFinding {
  const { file, line, column } = owner.place;
  return {
    place,
    message: `Cannot use ${nameOf(value)}: it is at ${JSON.stringify(`${file}:${line}:${column}`)} already`,
    hint: "keep one of the two; the first in the order of the paths is used",
  };
}
