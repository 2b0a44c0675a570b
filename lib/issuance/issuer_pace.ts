import type { IssueFailureKind } from "../model/mod.ts";

/** These say something about the issuer, and not about what was asked for. */
const ABOUT_ISSUER: readonly IssueFailureKind[] = ["unreachable", "rateLimited", "broken"];
/** So many pairs in a row have to say it. */
const ENOUGH = 3;
const LONGEST = 3_600_000;

/**
 * Keeps the pairs of an issuer that is down, or wants to be left alone, from using up their attempts on it one by one:
 * after three such failures in a row nobody asks for a while, twice as long each time, and then one pair asks alone.
 * Not remembered across restarts, as opposed to what is remembered of each pair.
 */
export class IssuerPace {
  readonly #retryAfter: number;
  #failures = 0;
  #until = -Infinity;
  #asking = 0;

  /** @param retryAfter Milliseconds of the first rest. */
  constructor(retryAfter: number) {
    this.#retryAfter = retryAfter;
  }

  /** When the next pair may ask, milliseconds since the epoch; `Infinity` while one asks alone. */
  freeAt(now: number): number {
    // A time that no rest can have led to is from a clock that was wrong.
    if (this.#failures < ENOUGH || this.#until > now + LONGEST) return -Infinity;
    return this.#asking > 0 ? Infinity : this.#until;
  }

  /** A pair begins to ask. */
  begin(): void {
    this.#asking++;
  }

  /** A pair has asked; `null` is a certificate, or an end that says nothing about the issuer. */
  end(kind: IssueFailureKind | null, now: number): void {
    this.#asking--;
    if (kind === null || !ABOUT_ISSUER.includes(kind)) {
      this.#failures = 0;
      return;
    }
    this.#failures++;
    if (this.#failures < ENOUGH) return;
    this.#until = now + Math.min(this.#retryAfter * 2 ** Math.min(this.#failures - ENOUGH, 20), LONGEST);
  }
}
