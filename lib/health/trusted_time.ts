/** What a clock is held against. */
export interface ClockBounds {
  /** Milliseconds since the epoch; this program did not exist before. */
  readonly released: number;
  /** The latest time that an earlier run has written down; `null` if there was none. */
  readonly lastSeen: number | null;
  /** Milliseconds since this process started, by a clock that does not jump. */
  readonly runningFor: number;
}

/** A time to judge by. */
export interface TrustedTime {
  /** Milliseconds since the epoch. */
  readonly now: number;
  /** Why the clock is not believed; empty while it is. */
  readonly doubt: string;
}

/** A clock that was set right moves by less. */
const BACKWARDS = 86_400_000;
/** Time synchronisation has found its servers by then; later an earlier clock is what the operator wants. */
const PATIENCE = 600_000;

/**
 * The time to judge certificates by. A host without a battery for its clock boots years in the past, and every
 * certificate would be "not yet valid" until the time is synchronised; every hostname would be dark for nothing.
 *
 * - A clock before the release of this program is wrong: the release is the earliest time it can be.
 * - A clock more than a day before what an earlier run wrote down is not believed for the first ten minutes.
 * - While it is not believed, time goes on from that bound with the clock that does not jump.
 * - A clock that is ahead cannot be told from the truth and is believed.
 *
 * @param clock What the clock of the host says, milliseconds since the epoch.
 */
export function trustedTime(clock: number, { released, lastSeen, runningFor }: ClockBounds): TrustedTime {
  if (lastSeen !== null && clock < lastSeen - BACKWARDS && runningFor < PATIENCE) {
    return { now: Math.max(lastSeen, released) + runningFor, doubt: doubt(clock, "an earlier run") };
  }
  if (clock < released) return { now: released + runningFor, doubt: doubt(clock, "this release") };
  return { now: clock, doubt: "" };
}

function doubt(clock: number, what: string): string {
  const shown = new Date(clock).toISOString().slice(0, 16).replace("T", " ");
  return `The clock of this host says ${shown} UTC, which is before ${what}`;
}
