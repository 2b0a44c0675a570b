/** What a look has found. */
export interface Found<T> {
  /** Equal keys mean the same content, or the same state of not being there. */
  readonly key: string;
  /** `good` is believed at once, everything else only once it has lasted. */
  readonly grade: "good" | "bad" | "unreadable" | "gone";
  readonly value: T;
}

/** Milliseconds for which what is not good has to last before it is believed. */
export interface Patience {
  readonly settle: number;
  readonly absenceGrace: number;
  readonly staleGrace: number;
}

/**
 * What is believed of one thing that others write.
 *
 * - What is good is believed at once.
 * - What is bad is believed once it has stayed the same for `settle`.
 * - What is gone is believed gone after `absenceGrace`; what cannot be read, after `staleGrace`, if it was good before.
 * - Until then what was believed stays, and `waiting` tells what is seen.
 */
export class Belief<T> {
  #believed: Found<T> | null = null;
  #waiting: (Found<T> & { readonly since: number }) | null = null;

  get believed(): Found<T> | null {
    return this.#believed;
  }

  /** What is seen and not believed yet, with the time since when. */
  get waiting(): (Found<T> & { readonly since: number }) | null {
    return this.#waiting;
  }

  /** Takes in what a look has found. @returns whether `believed` or `waiting` is another than before. */
  see(found: Found<T>, now: number, patience: Patience): boolean {
    if (found.key === this.#believed?.key) {
      const waited = this.#waiting !== null;
      this.#waiting = null;
      return waited;
    }
    const same = this.#waiting?.key === found.key;
    if (!same) this.#waiting = { ...found, since: now };
    return this.ripen(now, patience) || !same;
  }

  /** Time has passed. @returns whether something has become believed. */
  ripen(now: number, patience: Patience): boolean {
    if (this.#waiting === null || this.due(now, patience) > 0) return false;
    const { key, grade, value } = this.#waiting;
    this.#believed = { key, grade, value };
    this.#waiting = null;
    return true;
  }

  /** Something moves: what has to stay the same to be believed begins anew. */
  disturb(): void {
    if (this.#waiting?.grade === "bad") this.#waiting = null;
  }

  /** Milliseconds until what is seen is believed; `Infinity` if nothing waits. */
  due(now: number, patience: Patience): number {
    if (this.#waiting === null) return Infinity;
    return Math.max(0, this.#waiting.since + this.#wait(this.#waiting.grade, patience) - now);
  }

  #wait(grade: Found<T>["grade"], patience: Patience): number {
    if (grade === "good") return 0;
    if (grade === "gone" && this.#believed !== null) return patience.absenceGrace;
    if (grade === "unreadable" && this.#believed?.grade === "good") return patience.staleGrace;
    return patience.settle;
  }
}
