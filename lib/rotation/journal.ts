import { join } from "node:path";
import { writeAtomic } from "../host/mod.ts";
import { claim, GENERATION, ownerOf } from "./tree_directory.ts";

/** A rotation that has begun. */
export interface PendingRotation {
  /** `create` is the first tree, `single` goes at once, `staged` has the trust go first. */
  readonly mode: "create" | "single" | "staged";
  /** What is to be done, or is being done. */
  readonly phase: "trust" | "leaves" | "dependents";
  /** When the files of this phase were all in place, milliseconds since the epoch; `null` if they are not yet. */
  readonly publishedAt: number | null;
  /** SHA-256 of the new authority, upper-case hex with colons. */
  readonly fingerprint: string;
  /** Name of the generation with the old leaves that trusts both authorities; only for staged rotations. */
  readonly trust: string | null;
  /** Name of the generation with the new leaves. */
  readonly leaves: string;
}

/** What outlives a run: when the last rotation was, and one that has not ended. */
export interface Journal {
  /** Milliseconds since the epoch; `null` if there was none, e.g. after the first tree. */
  readonly rotatedAt: number | null;
  /** The rotation under way. */
  readonly pending: PendingRotation | null;
}

/** The file beside the folders. It names generations and holds nothing secret. */
const NAME = "..rotation.json";

/**
 * Reads the journal of a directory of certificates. One that is not there or is damaged counts as empty: what is in place is
 * then all there is, and each state that is ever in place can be used.
 *
 * @param certs Path of the directory of certificates.
 */
export async function readJournal(certs: string): Promise<Journal> {
  const empty = { rotatedAt: null, pending: null };
  try {
    const value = JSON.parse(await Deno.readTextFile(join(certs, NAME)));
    const rotatedAt = typeof value?.rotatedAt === "number" ? value.rotatedAt : null;
    return { rotatedAt, pending: isPending(value?.pending) ? value.pending : null };
  } catch {
    return empty;
  }
}

/** Writes the journal, whole or not at all. */
export async function writeJournal(certs: string, journal: Journal): Promise<void> {
  await writeAtomic(join(certs, NAME), `${JSON.stringify({ version: 1, ...journal }, null, 2)}\n`, 0o600);
  await claim(join(certs, NAME), await ownerOf(certs));
}

/** The rotation that has begun below a configuration home and has not ended; `null` if there is none. */
export async function rotationUnderWay(configHome: string): Promise<PendingRotation | null> {
  return (await readJournal(join(configHome, "certs"))).pending;
}

function isPending(value: PendingRotation | null | undefined): value is PendingRotation {
  return typeof value === "object" && value !== null &&
    ["create", "single", "staged"].includes(value.mode) &&
    ["trust", "leaves", "dependents"].includes(value.phase) &&
    (value.publishedAt === null || typeof value.publishedAt === "number") &&
    typeof value.fingerprint === "string" &&
    (value.mode === "staged" ? GENERATION.test(value.trust ?? "") : value.trust === null) &&
    GENERATION.test(value.leaves);
}
