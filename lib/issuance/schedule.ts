import { createHash } from "node:crypto";

/** What a certificate says of its own time. Milliseconds since the epoch. */
export interface IssuedTimes {
  readonly notBefore: number;
  readonly notAfter: number;
  /** When it was stored. */
  readonly issuedAt: number;
}

/** How renewals are timed. */
export interface RenewalWishes {
  /** Part of the lifetime after which a pair is renewed. */
  readonly renewAt: number;
  /** Part of the lifetime by which that is earlier at most. */
  readonly jitter: number;
  /** Milliseconds; no pair is renewed sooner after it was stored. */
  readonly retryAfter: number;
  /** Milliseconds before the end, as an annotation says it; `null` where none does. */
  readonly renewBefore: number | null;
  /** Per cent of the lifetime that are left, as an annotation says it; `null` where none does. */
  readonly renewBeforePercentage: number | null;
}

/** A window that an issuer wants a certificate renewed in. Milliseconds since the epoch. */
export interface Window {
  readonly start: number;
  readonly end: number;
}

/** When a pair is renewed, and whether only the issuer's window makes it that early. */
export interface Renewal {
  readonly at: number;
  readonly pulled: boolean;
}

/** A window may say what it likes: later than this a pair is not renewed. */
const LATEST = 0.9;
/** How much of its lifetime a pair has at least before a second window makes its renewal earlier. */
const BETWEEN_PULLS = 1 / 3;
/** An issuer that says a later time than this is not believed. */
const LONGEST_WAIT = 31 * 86_400_000;

/** A number from 0 to 1 that follows from these texts alone, so that it is the same after a restart. */
export function unitOf(...texts: readonly string[]): number {
  const digest: Uint8Array = createHash("sha256").update(JSON.stringify(texts)).digest();
  return digest.subarray(0, 6).reduce((number, byte) => number * 256 + byte, 0) / 2 ** 48;
}

/**
 * When a pair is renewed.
 *
 * - What an annotation says goes before the configuration; one that leaves nothing of the lifetime does not count. The
 *   window of the issuer goes before the configuration too, and makes earlier what an annotation says, never later.
 * - The lifetime begins when the pair was stored: one that is old already when it comes is not renewed at once.
 * - A window counts once, wherever it lies: it made the pair before this one earlier, so it says nothing about this one.
 *   Another window that does so comes after a third of the lifetime at the earliest.
 * - Never sooner than `retryAfter` after the pair was stored.
 *
 * @param pair What the certificate says, and when it was stored.
 * @param wishes What annotations and configuration say; `unit` is from {@linkcode unitOf}, of the pair's name and serial.
 * @param ari The issuer's window for this certificate, and the one that has made the latest renewal earlier.
 */
export function renewalTime(
  pair: IssuedTimes,
  wishes: RenewalWishes & { readonly unit: number },
  ari: { readonly window: Window | null; readonly pulled: (Window & { readonly at: number }) | null },
): Renewal {
  const start = Math.min(Math.max(pair.notBefore, pair.issuedAt), pair.notAfter);
  const life = pair.notAfter - start;
  const before = wishedBefore(pair, wishes, life);
  const plain = (before === null ? start + life * wishes.renewAt : pair.notAfter - before) -
    wishes.unit * wishes.jitter * life;
  const earliest = pair.issuedAt + wishes.retryAfter;
  const moment = momentOf(ari, wishes.unit, { start, life, plain });
  if (moment === null || before !== null && moment >= plain) {
    return { at: Math.max(plain, earliest), pulled: false };
  }
  return { at: Math.max(moment, earliest), pulled: moment < plain };
}

function wishedBefore(pair: IssuedTimes, wishes: RenewalWishes, life: number): number | null {
  const { renewBefore, renewBeforePercentage } = wishes;
  const whole = pair.notAfter - pair.notBefore;
  const before = renewBefore ?? (renewBeforePercentage === null ? null : whole * renewBeforePercentage / 100);
  return before !== null && before > 0 && before < life ? before : null;
}

/** A random moment of the window, the same one each time it is asked for; `null` if the window says nothing. */
function momentOf(
  { window, pulled }: Parameters<typeof renewalTime>[2],
  unit: number,
  { start, life, plain }: { readonly start: number; readonly life: number; readonly plain: number },
): number | null {
  if (window === null || !(window.start <= window.end)) return null;
  if (pulled !== null && pulled.start === window.start && pulled.end === window.end) return null;
  const moment = Math.min(window.start + unit * (window.end - window.start), start + life * LATEST);
  return pulled === null ? moment : Math.max(moment, Math.min(pulled.at + life * BETWEEN_PULLS, plain));
}

/** How attempts are spaced. */
export interface BackOffWishes {
  /** Attempts before a long pause. */
  readonly attempts: number;
  /** Milliseconds of that pause. */
  readonly pause: number;
  /** Milliseconds after the first failure; doubled at each further one. */
  readonly retryAfter: number;
}

/** Whether the budget of attempts is used up. */
export function isExhausted(failed: number, { attempts }: BackOffWishes): boolean {
  return failed > 0 && failed % attempts === 0;
}

/**
 * When it is tried again after a failure: later each time, and after a long pause when the budget of attempts is used up,
 * with which the next budget begins. Never sooner than the issuer says; but what it says is believed for a month at most.
 *
 * @param failed How many attempts have failed since the latest success, 1 or more.
 * @param now Milliseconds since the epoch.
 * @param options `unit` spreads pairs that failed together over a tenth of the time; `retryAt` is what the issuer said.
 */
export function nextAttempt(
  failed: number,
  now: number,
  options: BackOffWishes & { readonly unit: number; readonly retryAt: number | null },
): number {
  const { attempts, pause, retryAfter, unit, retryAt } = options;
  const place = failed % attempts;
  const wait = place === 0 ? pause : Math.min(retryAfter * 2 ** (place - 1), pause);
  return Math.max(now + wait * (1 + unit / 10), Math.min(retryAt ?? -Infinity, now + LONGEST_WAIT));
}
