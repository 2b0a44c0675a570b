import { createHash } from "node:crypto";
import type { PolicyEntry, TrafficProtectionPolicy } from "../model/mod.ts";
import { directivesOf } from "./_directives.ts";

interface Known {
  readonly base: readonly string[];
  readonly entry: PolicyEntry;
}

// What was made of a policy last. Remembering changes no answer, only which object it is: what is encoded of an entry is
// encoded once.
const known = new WeakMap<TrafficProtectionPolicy, Known>();
const digests = new WeakMap<PolicyEntry, string>();

/** The policy as mutations apply it; identical by reference for the same policy, base and generation. */
export function entryOf(
  policy: TrafficProtectionPolicy,
  base: readonly string[],
  generation: number,
): PolicyEntry {
  const before = known.get(policy);
  if (before !== undefined && before.entry.generation === generation && isSame(before.base, base)) {
    return before.entry;
  }
  const { namespace, name, mode } = policy;
  const entry = { namespace, name, generation, mode, directives: directivesOf(policy, base) };
  known.set(policy, { base: [...base], entry });
  return entry;
}

function isSame(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((text, index) => text === b[index]);
}

/** Digest of all that an entry can do to a snapshot. */
export function digestOfEntry(entry: PolicyEntry): string {
  const before = digests.get(entry);
  if (before !== undefined) return before;
  const { namespace, name, generation, mode, directives } = entry;
  const said = directives.length === 0 ? [] : [namespace, name, generation, mode, directives];
  const digest = createHash("sha256").update(JSON.stringify(said)).digest("hex");
  digests.set(entry, digest);
  return digest;
}
