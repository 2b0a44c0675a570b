/** A function that calls another one once after a number of milliseconds; returns what cancels it. */
export type SetTimer = (ring: () => void, milliseconds: number) => () => void;

/** What an {@linkcode Alarm} is made of. */
export interface AlarmParts {
  /** The wall clock: milliseconds since the epoch. */
  readonly clock: () => number;
  /** A clock that never jumps, in milliseconds. Default `performance.now`. */
  readonly monotonic?: () => number;
  /** Default `setTimeout`, which does not keep the program running. */
  readonly setTimer?: SetTimer;
  /** Called when the wall clock was set, or stood still with the machine; milliseconds, negative if it went back. */
  readonly onJump?: (milliseconds: number) => void;
}

/**
 * Longest wait at a stretch. A timer of the runtime holds 24 days and counts on a clock that stands still while the
 * machine sleeps; the wall clock may be set meanwhile. Looking at it this often finds all of that out.
 */
const LONGEST_WAIT = 5_000;
/** Time servers move a clock by less than this without calling it a jump. */
const JUMP = 2_000;

const systemTimer: SetTimer = (ring, milliseconds) => {
  const timer = setTimeout(ring, milliseconds);
  Deno.unrefTimer(timer);
  return () => clearTimeout(timer);
};

/**
 * Rings when the wall clock reaches a time, however far away it is, and whatever happens to the clock or to the machine
 * until then.
 *
 * - Never rings before the wall clock says so, and within seconds of when it does.
 * - Has one time; a new one replaces it. Rings once.
 * - Notices jumps of the wall clock with and without a time to wait for.
 */
export class Alarm {
  readonly #clock: () => number;
  readonly #monotonic: () => number;
  readonly #setTimer: SetTimer;
  readonly #onJump: (milliseconds: number) => void;
  #time: number | null = null;
  #ring: () => void = () => {};
  #cancel: () => void = () => {};
  #closed = false;
  /** Wall clock minus monotonic clock as it was last seen. */
  #offset: number;

  /** Begins to watch the clock. */
  constructor(parts: AlarmParts) {
    this.#clock = parts.clock;
    this.#monotonic = parts.monotonic ?? (() => performance.now());
    this.#setTimer = parts.setTimer ?? systemTimer;
    this.#onJump = parts.onJump ?? (() => {});
    this.#offset = this.#clock() - this.#monotonic();
    this.#wait();
  }

  /**
   * Sets the time to ring at. A time that has passed rings at the next turn of the event loop, never within this call.
   *
   * @param time Milliseconds since the epoch; `null` for never.
   */
  set(time: number | null, ring: () => void): void {
    this.#time = time;
    this.#ring = ring;
    this.#wait();
  }

  /** Rings no more. */
  close(): void {
    this.#closed = true;
    this.#cancel();
  }

  #wait(): void {
    this.#cancel();
    if (this.#closed) return;
    const left = this.#time === null ? LONGEST_WAIT : this.#time - this.#clock();
    // A timer that fires a fraction of a millisecond early must not lead to a loop of waits of no length.
    const wait = Math.min(LONGEST_WAIT, Math.max(left > 0 ? 1 : 0, Math.ceil(left)));
    this.#cancel = this.#setTimer(() => this.#look(), wait);
  }

  #look(): void {
    const now = this.#clock();
    const offset = now - this.#monotonic();
    const moved = offset - this.#offset;
    this.#offset = offset;
    const due = this.#time !== null && now >= this.#time;
    if (due) this.#time = null;
    // What is called may set the alarm anew, and wins over this.
    this.#wait();
    if (Math.abs(moved) > JUMP) this.#onJump(moved);
    if (due && !this.#closed) this.#ring();
  }
}
