import type { Signature } from "./_signature.ts";

/** Now, by both clocks. */
export interface Moment {
  /** Milliseconds of a clock that never jumps; all waiting is counted on it. */
  readonly now: number;
  /** Milliseconds since the epoch; only compared with the times of files. */
  readonly wall: number;
}

/** Milliseconds for which a file has to be left alone before it is read: who writes in pieces writes faster. */
export const QUIET = 200;
/** After this many milliseconds a further change cannot have left the same times behind. */
const TELLING = 1500;

/** Tells whether files are still being written, from the looks at them. */
export class Rest {
  #text: string | null = null;
  #since = 0;
  #changedBefore = 0;

  /** Takes a look in. @returns whether something has changed since the one before. */
  note(signature: Signature, { now }: Moment): boolean {
    if (signature.text === this.#text) return false;
    this.#text = signature.text;
    this.#since = now;
    this.#changedBefore = signature.changedBefore;
    return true;
  }

  /** Milliseconds until the files can be read; 0 if they can. */
  wait({ now, wall }: Moment): number {
    if (this.#changedBefore + QUIET <= wall) return 0;
    return Math.max(0, this.#since + QUIET - now);
  }

  /** Whether a change from now on is certain to show: times have steps, and two changes may share one. */
  telling({ now, wall }: Moment): boolean {
    return this.#changedBefore + QUIET <= wall || now - this.#since >= TELLING;
  }
}
