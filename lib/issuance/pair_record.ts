import * as z from "zod";
import { ISSUE_FAILURES, type ObjectKey } from "../model/mod.ts";

const time = z.number();
const text = z.string();
const window = { start: time, end: time };

const asking = z.object({
  /** When it was first asked with this key and request. */
  begun: time,
  /** Whether the issuer is being asked right now, or was when the process ended. */
  underway: z.boolean(),
  /** Why it was due. */
  why: z.enum(["absent", "changed", "unusable", "renewal", "window"]),
  /** PEM. */
  key: text,
  /** PEM. */
  request: text,
  /** In the issuer's own words; `null` at first. */
  progress: text.nullable(),
  /** What the issuer answered, as PEM, until it is stored. */
  answer: z.object({ chain: text, ca: text.nullable() }).nullable(),
});

/** What is remembered of a pair. Times are milliseconds since the epoch. */
export const pairRecord = z.object({
  format: z.literal(1),
  key: text.transform((value) => value as ObjectKey),
  /** Of the intent that all of this is about. */
  digest: text,
  /** For status, once nobody asks for the pair any more. */
  about: z.object({ issuer: text, owner: text, dnsNames: z.array(text) }),
  /** Failed attempts since the latest success; one that is under way counts as failed until it has not. */
  attempts: z.int().min(0),
  /** When `next` was set: after a clock was set back the wait stays what it was. */
  since: time,
  /** Before this it is not asked for; `null` for no wait. */
  next: time.nullable(),
  failure: z.object({ kind: z.enum(ISSUE_FAILURES), message: text }).nullable(),
  /** What is being asked for; `null` if nothing is. */
  asking: asking.nullable(),
  /** The issuer's window for the certificate with this serial number. */
  window: z.object({ serial: text, ...window }).nullable(),
  /** When the issuer is asked for a window again. */
  checkAt: time,
  /** The window that has made the latest renewal earlier, and when. */
  pulled: z.object({ at: time, ...window }).nullable(),
  /** When it was issued although it was not time for a renewal. */
  lately: z.array(time),
});

/** What is remembered of a pair. */
export type PairRecord = z.infer<typeof pairRecord>;
/** An attempt that is under way, or was cut off. */
export type Asking = z.infer<typeof asking>;
/** Why a pair is due. */
export type DueReason = Asking["why"];

/** The record of a pair that nothing is remembered of. */
export function freshRecord(key: ObjectKey, digest: string): PairRecord {
  return {
    format: 1,
    key,
    digest,
    about: { issuer: "", owner: "", dnsNames: [] },
    attempts: 0,
    since: 0,
    next: null,
    failure: null,
    asking: null,
    window: null,
    checkAt: 0,
    pulled: null,
    lately: [],
  };
}

/** Most times that are kept of when a pair was issued without being due for renewal; the largest budget there is. */
const MOST_LATELY = 20;

/** The record after what was asked for has been stored. */
export function succeeded(record: PairRecord, now: number): PairRecord {
  const why = record.asking?.why ?? "renewal";
  const window = why === "window" ? record.window : null;
  return {
    ...record,
    attempts: 0,
    since: now,
    next: null,
    failure: null,
    asking: null,
    window: null,
    checkAt: now,
    pulled: window === null ? record.pulled : { at: now, start: window.start, end: window.end },
    lately: why === "renewal" ? record.lately : [...record.lately, now].slice(-MOST_LATELY),
  };
}
