import type { CertificateFacts } from "../model/mod.ts";
import { readTrust } from "./read_trust.ts";

/** A certificate that did not get into a bundle. */
export interface LeftOut {
  /** What it says. */
  readonly facts: CertificateFacts;
  /** What kept it out. */
  readonly why: "expired" | "duplicate" | "over the cap";
}

/** A bundle, and what became of each block that was looked at. */
export interface MergedTrust {
  /** PEM; each certificate as it stood where it came from, one line end behind it. */
  readonly bundle: Uint8Array;
  /** The certificates of the bundle, in its order. */
  readonly members: readonly CertificateFacts[];
  /** The others, in the order in which they were looked at. */
  readonly leftOut: readonly LeftOut[];
  /** One sentence for each certificate block that cannot be read; such blocks are passed over. */
  readonly warnings: readonly string[];
}

/** Most entries that are looked at in what was there before; a bundle that certgate wrote has two. */
const MOST_BLOCKS = 1000;

/**
 * Merges bundles in order: every certificate of the first, then of the others those that are neither expired nor a
 * duplicate, up to a cap. Duplicates are compared by DER, since one certificate can be written as PEM in many ways.
 *
 * With the new authority first, the old bundle second and a cap of one more than the new one holds, this is the rule of
 * a rotation: the new one, and one that was there before. What is not valid yet stays: only expiry is tested.
 *
 * @param bundles PEM, the most important first. Of the first nothing is dropped but duplicates.
 * @param options `now` in milliseconds since the epoch; `cap` is the most members, default no limit.
 */
export function mergeTrust(
  bundles: readonly Uint8Array[],
  options: { readonly now: number; readonly cap?: number },
): MergedTrust {
  const members: CertificateFacts[] = [];
  const kept: Uint8Array[] = [];
  const leftOut: LeftOut[] = [];
  const warnings: string[] = [];
  const seen = new Set<string>();
  for (const [index, bundle] of bundles.entries()) {
    for (const [number, block] of certificateBlocks(bundle).entries()) {
      const { problem, members: [member] } = readTrust(block);
      if (member === undefined) {
        warnings.push(
          `Certificate ${number + 1} of bundle ${index + 1} cannot be read: ${problem?.detail ?? ""}`,
        );
        continue;
      }
      const { facts, pem } = member;
      const why = seen.has(facts.fingerprint)
        ? "duplicate"
        : index > 0 && facts.notAfter < options.now
        ? "expired"
        : members.length >= (options.cap ?? Infinity)
        ? "over the cap"
        : null;
      seen.add(facts.fingerprint);
      if (why !== null) leftOut.push({ facts, why });
      else {
        members.push(facts);
        kept.push(pem);
      }
    }
  }
  return { bundle: joinLines(kept), members, leftOut, warnings };
}

const MARKER = /-----(BEGIN|END) (?:X509 |TRUSTED )?CERTIFICATE-----/g;

/** Each block alone, so that a damaged one does not hide those behind it; one without an end ends where the next begins. */
function certificateBlocks(bundle: Uint8Array): Uint8Array[] {
  // Bytes as letters one to one: damage outside of a block does no harm, and inside it is found when it is read.
  const text = new TextDecoder("latin1").decode(bundle);
  const blocks: Uint8Array[] = [];
  let begin: number | null = null;
  for (const { index, 0: { length }, 1: kind } of text.matchAll(MARKER)) {
    if (blocks.length === MOST_BLOCKS) return blocks;
    if (begin !== null) blocks.push(bundle.subarray(begin, kind === "END" ? index + length : index));
    begin = kind === "BEGIN" ? index : null;
  }
  if (begin !== null && blocks.length < MOST_BLOCKS) blocks.push(bundle.subarray(begin));
  return blocks;
}

function joinLines(blocks: readonly Uint8Array[]): Uint8Array {
  const lines = blocks.map((block) => new TextDecoder("latin1").decode(block).trimEnd());
  return new TextEncoder().encode(lines.map((block) => `${block}\n`).join(""));
}
