import type { Intent } from "../issuers/mod.ts";
import { judge } from "../health/mod.ts";
import type { ObjectKey, Summary } from "../model/mod.ts";
import { readFacts } from "../pki/mod.ts";
import type { Issuer, IssuerConfig } from "./issuer.ts";
import type { IssuerPace } from "./issuer_pace.ts";
import type { DueReason, PairRecord } from "./pair_record.ts";
import { type BackOffWishes, renewalTime, type RenewalWishes, unitOf } from "./schedule.ts";
import type { PairOrigin, StoredPair } from "./store.ts";

/** An issuer of the configuration in use. */
export interface OpenIssuer {
  readonly config: IssuerConfig;
  readonly issuer: Issuer;
  readonly pace: IssuerPace;
}

/** What is known of the pair on disk. */
export interface StoredFacts {
  /** Which generation was read. */
  readonly generation: string | null;
  readonly summary: Summary;
  readonly serial: string;
  readonly origin: PairOrigin | null;
  /** From name and serial number: where in its jitter and in a window the pair is. */
  readonly unit: number;
}

/** A pair that is issued here, or was. */
export interface IssuedPair {
  readonly key: ObjectKey;
  /** What is wanted; `null` once nobody asks for it any more. */
  intent: Intent | null;
  /** Of the intent, or the latest one that there was. */
  digest: string;
  issuer: OpenIssuer | null;
  record: PairRecord;
  /** `null` if there is none on disk. */
  stored: StoredFacts | null;
  busy: "issuing" | "checking" | null;
  /** Ends what it is busy with. */
  abort: AbortController | null;
  /** Resolves when it is busy no more. */
  ending: Promise<void> | null;
  /** What keeps it from being asked for or stored, beside the issuer: a full disk for example; empty if nothing. */
  trouble: string;
  /** Before this nothing is done about it, because of the trouble. */
  restUntil: number;
}

/** The part of the configuration that says when pairs are due. */
export type ScheduleWishes = BackOffWishes & Pick<RenewalWishes, "renewAt" | "jitter">;

/** When something is done about a pair, and why. */
export interface Due {
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly why: DueReason;
}

/** What the files of a pair say. */
export function storedFacts(key: ObjectKey, stored: StoredPair, generation: string | null): StoredFacts {
  const facts = readFacts({ certificate: stored.chain, key: stored.key });
  const { problem, notBefore, notAfter, temporary } = facts;
  const serial = facts.certificates[0]?.serial ?? "";
  return {
    generation,
    summary: { problem, notBefore, notAfter, temporary },
    serial,
    origin: stored.origin,
    unit: unitOf(key, serial),
  };
}

/** Whether the pair on disk can be served at a time, whatever it was asked for. */
export function isUsable({ stored }: IssuedPair, now: number): boolean {
  return stored !== null && judge(stored.summary, now).action === "serve";
}

/** A rest that is longer was begun on a clock that was set back since. */
const LONGEST_REST = 3_600_000;

/**
 * When a pair is to be asked for, back-off and budget included; `null` if never.
 *
 * - At once if there is none, if it is unusable, or if it was issued for another intent.
 * - Else when its renewal is due.
 * - Whatever drives it, other than the schedule, drives it so often within the time of a pause as there are attempts
 *   in a budget: then there is something that undoes what is issued, and asking again does not help.
 */
export function dueOf(pair: IssuedPair, now: number, wishes: ScheduleWishes): Due | null {
  const { intent, issuer, record } = pair;
  if (intent === null || issuer === null) return null;
  const rest = pair.restUntil > now + LONGEST_REST ? -Infinity : pair.restUntil;
  if (record.asking?.answer) return { at: rest, why: record.asking.why };
  const due = plainDue(pair, now, wishes);
  const at = Math.max(due.at, record.next ?? -Infinity, rest);
  return {
    at: Math.max(at, due.why === "renewal" ? -Infinity : freeOfLoop(record, now, wishes)),
    why: due.why,
  };
}

function plainDue(pair: IssuedPair, now: number, wishes: ScheduleWishes): Due {
  if (pair.stored === null) return { at: -Infinity, why: "absent" };
  if (pair.stored.origin?.digest !== pair.digest) return { at: -Infinity, why: "changed" };
  if (!isUsable(pair, now)) return { at: -Infinity, why: "unusable" };
  const { at, pulled } = renewalOf(pair, now, wishes)!;
  return { at, why: pulled ? "window" : "renewal" };
}

/** When a usable pair is renewed, whatever happened to attempts; `null` for any other. */
export function renewalOf(
  { intent, stored, record, digest }: IssuedPair,
  now: number,
  wishes: ScheduleWishes,
): { readonly at: number; readonly pulled: boolean } | null {
  if (intent === null || stored?.origin?.digest !== digest || stored.summary.problem !== null) return null;
  const { notBefore, notAfter } = stored.summary;
  return renewalTime(
    // A time of storing that is to come is from a clock that was wrong.
    { notBefore, notAfter, issuedAt: Math.min(stored.origin.issuedAt, now) },
    {
      ...wishes,
      renewBefore: intent.renewBefore?.milliseconds ?? null,
      renewBeforePercentage: intent.renewBeforePercentage,
      unit: stored.unit,
    },
    { window: record.window?.serial === stored.serial ? record.window : null, pulled: record.pulled },
  );
}

/** Whether a pair is there that is usable, issued for what is wanted, and not due for renewal. */
export function isFine(pair: IssuedPair, now: number, wishes: ScheduleWishes): boolean {
  return isUsable(pair, now) && (renewalOf(pair, now, wishes)?.at ?? -Infinity) > now;
}

/** Until when a pair rests that was issued again and again without being due for renewal. */
function freeOfLoop({ lately }: PairRecord, now: number, { attempts, pause }: BackOffWishes): number {
  const recent = lately.filter((time) => time > now - pause && time <= now);
  return recent.length < attempts ? -Infinity : recent[recent.length - attempts] + pause;
}

/** The record with its wait begun anew where the clock was set back since, so that it is as long as it was meant to be. */
export function withClock(record: PairRecord, now: number): PairRecord {
  if (record.next === null || now >= record.since) return record;
  return { ...record, since: now, next: now + (record.next - record.since) };
}
