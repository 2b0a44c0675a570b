import type { CertificateFacts } from "../model/mod.ts";
import type { PendingRotation } from "./journal.ts";
import type { TreeReading } from "./read_tree.ts";

/** When a tree is to be replaced: fractions of its lifetime. */
export interface RenewalRule {
  /** After how much of the lifetime. */
  readonly renewAt: number;
  /** How much sooner or later than that, at most. */
  readonly jitter: number;
}

/** With less than this of its lifetime left an authority should have been replaced. */
const NEAR_END = 0.15;

/**
 * The moment at which a tree is to be replaced: the first that comes of its authority and its leaves, since whichever ends
 * first ends all of it.
 *
 * How much sooner or later one authority is than the others comes from its fingerprint: hosts that were set up together do
 * not rotate together, and a restart does not move the moment.
 *
 * @returns Milliseconds since the epoch; `null` where the authority is not known.
 */
export function rotationMoment(
  { authority, leaves }: Pick<TreeReading, "authority" | "leaves">,
  { renewAt, jitter }: RenewalRule,
): number | null {
  if (authority === null) return null;
  const share = renewAt + jitter * spreadOf(authority);
  const all = [authority, ...Object.values(leaves)];
  return Math.min(...all.map(({ notBefore, notAfter }) => notBefore + share * (notAfter - notBefore)));
}

/** Between -1 and 1, the same for one authority at all times. */
function spreadOf({ fingerprint }: CertificateFacts): number {
  return Number.parseInt(fingerprint.replaceAll(":", "").slice(0, 8), 16) / 0xffff_ffff * 2 - 1;
}

/** Whether so little of an authority's lifetime is left that somebody should see to it. */
export function isNearEnd({ notBefore, notAfter }: CertificateFacts, now: number): boolean {
  return notAfter - now < (notAfter - notBefore) * NEAR_END;
}

/** What a decision about the next step is made of. */
export interface AutomaticSituation {
  /** Whether certgate rotates by itself. */
  readonly automatic: boolean;
  /** How. */
  readonly mode: "single" | "staged";
  /** When a rotation is due; `null` if that is not known. */
  readonly moment: number | null;
  /** A rotation that has begun. */
  readonly pending: PendingRotation | null;
  /** Whether it was begun by this certgate, and not by a command. */
  readonly own: boolean;
  /** Milliseconds since the epoch. */
  readonly now: number;
  /** Why the clock is not believed; empty while it is. */
  readonly doubt: string;
  /** Milliseconds until the next attempt may begin, after one that failed. */
  readonly backOff: number;
  /** Milliseconds until a clock that has just jumped counts as steady. */
  readonly unsteady: number;
}

/** What is to be done next. `held` says why something that is due does not begin; empty if nothing holds it. */
export type AutomaticStep =
  | { readonly kind: "wait"; readonly held: string }
  | { readonly kind: "finish"; readonly mode: PendingRotation["mode"] }
  | { readonly kind: "rotate"; readonly mode: "single" | "staged" };

/**
 * Decides what is to be done next. Pure.
 *
 * - What this certgate has begun is finished, also when it does not rotate by itself any more: two authorities and a
 *   journal are no state to leave a host in. What a command has begun is finished only by one that rotates by itself;
 *   elsewhere whoever stopped the command may have had a reason.
 * - Nothing begins by a clock that is not believed: what would be made would be valid at another time.
 * - To go on needs no clock: those certificates are made.
 */
export function decideAutomatic(situation: AutomaticSituation): AutomaticStep {
  const { automatic, mode, moment, pending, own, now, doubt, backOff, unsteady } = situation;
  if (pending !== null) {
    if (!automatic && !own) return { kind: "wait", held: "" };
    if (backOff > 0) return { kind: "wait", held: "the attempt before it has failed" };
    return { kind: "finish", mode: pending.mode };
  }
  if (!automatic || moment === null || now < moment) return { kind: "wait", held: "" };
  if (doubt !== "") return { kind: "wait", held: "the clock of this host is not believed" };
  if (unsteady > 0) return { kind: "wait", held: "the clock of this host has just jumped" };
  if (backOff > 0) return { kind: "wait", held: "the attempt before it has failed" };
  return { kind: "rotate", mode };
}
