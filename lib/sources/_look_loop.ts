import type { Log } from "../model/mod.ts";

/** What a loop needs. */
export interface LookLoopParts {
  readonly log: Log;
  /** Milliseconds between looks. */
  readonly pollInterval: number;
  /** Looks, and says after how many milliseconds it wants to look again at the latest; `Infinity` for no wish. */
  readonly look: () => Promise<number>;
}

/** Milliseconds that a hint waits for the rest of its burst. */
const GATHER = 10;
/** Hints make at most this share of the time a look: a storm of events costs a tenth of a core, not a whole one. */
const HINT_SHARE = 10;
const HINT_SPACING = 50;
const WIDEST_SPACING = 500;

/**
 * Looks again and again: after the interval, earlier if the last look wished so, soon if something gives a hint, and
 * at once if somebody asks. Two looks never overlap.
 */
export class LookLoop {
  readonly #parts: LookLoopParts;
  #asked: (() => void)[] = [];
  #hinted = false;
  /** When a hint may lead to a look again. */
  #nextHinted = -Infinity;
  #stopped = false;
  #wake: () => void = () => {};
  #ended: Promise<void> | null = null;

  constructor(parts: LookLoopParts) {
    this.#parts = parts;
  }

  /** Begins with the first look. */
  start(): void {
    this.#ended = this.#run();
  }

  /** Something may have changed. */
  hint(): void {
    if (this.#hinted) return;
    this.#hinted = true;
    this.#wake();
  }

  /** Looks now; resolves when a look that began after the call has ended, or the loop is stopped. */
  ask(): Promise<void> {
    if (this.#stopped) return Promise.resolve();
    return new Promise((resolve) => {
      this.#asked.push(resolve);
      this.#wake();
    });
  }

  /** Ends after the look under way. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#wake();
    await this.#ended;
    for (const resolve of this.#asked.splice(0)) resolve();
  }

  async #run(): Promise<void> {
    while (!this.#stopped) {
      const asked = this.#asked.splice(0);
      const hinted = this.#hinted;
      this.#hinted = false;
      const began = performance.now();
      let wish = Infinity;
      try {
        wish = await this.#parts.look();
      } catch (error) {
        this.#parts.log.error("a look has failed and is tried again", { error: (error as Error).message });
      }
      const ended = performance.now();
      for (const resolve of asked) resolve();
      // Looks by polling are few anyway: a hint does not wait because one has just been made.
      if (hinted) {
        const spacing = Math.min(WIDEST_SPACING, Math.max(HINT_SPACING, (ended - began) * HINT_SHARE));
        this.#nextHinted = began + spacing;
      }
      await this.#sleep(Math.min(this.#parts.pollInterval, wish));
    }
  }

  /** Sleeps until the next look is due. */
  async #sleep(milliseconds: number): Promise<void> {
    const began = performance.now();
    let end = began + milliseconds;
    while (!this.#stopped && this.#asked.length === 0) {
      const now = performance.now();
      if (this.#hinted) end = Math.min(end, Math.max(now + GATHER, this.#nextHinted));
      if (now >= end) return;
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, Math.ceil(end - now));
        this.#wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
  }
}
