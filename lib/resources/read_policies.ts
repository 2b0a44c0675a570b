import type { PolicySet, RefusedPolicyObject, ResourceFinding } from "../model/mod.ts";
import { byCodeUnits } from "./_by_code_units.ts";
import { composePolicyText } from "./_policy_compose.ts";
import { type PolicyFile, type PolicyFileEntry, readPolicyFile } from "./_policy_file.ts";
import { duplicateOf, fileFindings, refusalOf, unreadableFile } from "./_policy_findings.ts";
import { heldAt } from "./_policy_held.ts";
import type { PolicyKind, PolicyKinds } from "./_policy_kinds.ts";
import type { ResourceText } from "./read_resources.ts";

/** What the files of `policy.paths` say, and what to keep of them. */
export type PolicyFiles = PolicySet & {
  /**
   * Path to the text to be kept for the next call and the next start: the file itself, or where one of its objects has
   * been replaced by an earlier version of it, a text that holds what is in use.
   */
  readonly good: ReadonlyMap<string, string>;
};

// What was read of the texts of the latest call. Remembering changes no answer, only how long it takes.
let memory: ReadonlyMap<string, readonly Remembered[]> = new Map();

interface Remembered {
  readonly text: string;
  readonly file: PolicyFile;
}

/**
 * Reads policy objects: YAML or JSON, several documents and lists included.
 *
 * - A file that is no YAML is left out as a whole, and the last text of it that was good is used instead.
 * - An object that is not as its kind has to be is refused alone, and its last good version in that file is used instead.
 * - What is no policy object is left out with a finding.
 * - Of two objects with the same kind, namespace and name the first in the order of the paths wins, also while it is refused.
 * - What has no namespace gets the one that Envoy Gateway gives it, `envoy-gateway-system`.
 * - The same text gives the same objects, identical by reference.
 *
 * @param files Path to text or problem, of all files there are.
 * @param lastGood `good` of an earlier answer, also from before a restart.
 * @returns Objects, findings, and the texts to keep.
 */
export function readPolicies(
  files: ReadonlyMap<string, ResourceText>,
  lastGood: ReadonlyMap<string, string>,
): PolicyFiles {
  const used = new Map<string, Remembered[]>();
  const collected = new Collected();
  const good = new Map<string, string>();
  for (const path of [...files.keys()].sort(byCodeUnits)) {
    const read = (text: string) => remember(used, path, text);
    const kept = readOne(files.get(path)!, lastGood.get(path), { path, read, collected });
    if (kept !== null) good.set(path, kept);
  }
  memory = used;
  return {
    ...collected.lists,
    refused: collected.refused,
    findings: collected.findings,
    files: files.size,
    good,
  };
}

function remember(used: Map<string, Remembered[]>, path: string, text: string): PolicyFile {
  const now = used.get(path) ?? [];
  const same = (one: Remembered) => one.text === text;
  const found = now.find(same) ?? memory.get(path)?.find(same) ?? { text, file: readPolicyFile(text, path) };
  if (!now.includes(found)) used.set(path, [...now, found]);
  return found.file;
}

interface Context {
  readonly path: string;
  readonly read: (text: string) => PolicyFile;
  readonly collected: Collected;
}

/** @returns The text to keep of the file. */
function readOne(file: ResourceText, lastGood: string | undefined, context: Context): string | null {
  const { path, read, collected } = context;
  const now = "text" in file ? read(file.text) : unreadableFile(path, file.problem);
  const needsEarlier = now.complaints.length > 0 || now.entries.some(({ object }) => object === null);
  const earlier = needsEarlier && lastGood !== undefined ? read(lastGood) : null;
  const before = earlier === null || earlier.complaints.length > 0 ? null : earlier;
  if (now.complaints.length > 0) {
    collected.findings.push(...fileFindings(path, now.complaints, before !== null));
    if (before === null) return null;
    collected.findings.push(...before.notes);
    for (const entry of before.entries) collected.add(entry, null);
    return lastGood!;
  }
  collected.findings.push(...now.notes);
  const inUse = now.entries.map((entry) => {
    const earlier = entry.object === null ? before?.first.get(entry.key) : undefined;
    const held = earlier === undefined || earlier.object === null ? null : earlier;
    collected.add(entry, held);
    // Of two with one name the second must not become an earlier version of the first.
    return now.first.get(entry.key) === entry ? held ?? entry : null;
  });
  const isAsWritten = inUse.every((entry, index) => entry === null || entry === now.entries[index]);
  return isAsWritten && "text" in file
    ? file.text
    : composePolicyText(inUse.filter((entry) => entry !== null));
}

type Lists = { -readonly [K in PolicyKind as typeof LISTS[K]]: PolicyKinds[K][] };

const LISTS = {
  TrafficProtectionPolicy: "policies",
  HTTPProxy: "proxies",
  Connector: "connectors",
  Namespace: "namespaces",
  EndpointSlice: "slices",
} as const;

class Collected {
  readonly lists: Lists = { policies: [], proxies: [], connectors: [], namespaces: [], slices: [] };
  readonly refused: RefusedPolicyObject[] = [];
  readonly findings: ResourceFinding[] = [];
  readonly #owners = new Map<string, PolicyFileEntry>();

  /** @param held The version that is used in its place. */
  add(entry: PolicyFileEntry, held: PolicyFileEntry | null): void {
    const owner = this.#owners.get(entry.key);
    if (owner !== undefined) {
      this.findings.push(...entry.complaints, duplicateOf(entry, owner));
      return;
    }
    this.#owners.set(entry.key, entry);
    if (entry.object === null) {
      const { refused, findings } = refusalOf(entry, held !== null);
      this.refused.push(refused);
      this.findings.push(...findings);
    }
    const object = held === null ? entry.object : heldAt(held.object!, entry);
    if (object !== null) (this.lists[LISTS[entry.kind]] as (typeof object)[]).push(object);
  }
}
