import type { SetTimer } from "./host/mod.ts";
import type { Log } from "./model/mod.ts";

/** Why Envoy Gateway is made to call again. */
export type NudgeCause = "start" | "hook_error" | "change";

const systemTimer: SetTimer = (ring, milliseconds) => {
  const timer = setTimeout(ring, milliseconds);
  return () => clearTimeout(timer);
};

const FIRST_CALL = 1500;
const SHORTEST_BACKOFF = 1000;
const LONGEST_BACKOFF = 60_000;
// A call with something older is no proof that the newest is not on its way; twice the usual time is.
const SHOWN_OLDER = 2000;
const NOT_SHOWN = 15_000;

/**
 * Makes Envoy Gateway translate again where it would not come back by itself: after a start, because a call may have
 * been lost while nobody listened; after an error, because it does not repeat a call above 256 KiB; and where a change
 * is not taken up, because Envoy Gateway is deaf from its first look at the directory until that has been worked off.
 *
 * - A start needs no nudge if a call comes anyway, or if something new was published.
 * - Errors in a row are nudged ever more seldom, at last once a minute; so is a change in whose place older things come.
 */
export class Nudger {
  readonly #log: Log;
  readonly #onNudge: (cause: NudgeCause) => void;
  readonly #setTimer: SetTimer;
  #count: number;
  #backoff = SHORTEST_BACKOFF;
  readonly #timers = new Map<NudgeCause, () => void>();
  readonly #monotonic: () => number;
  #started = false;
  #failedAt = -Infinity;
  #change: { readonly since: number; backoff: number; wasShownOlder: boolean } | null = null;

  /** @param count The counter that was published last. */
  constructor(
    count: number,
    parts: {
      readonly log: Log;
      readonly onNudge: (cause: NudgeCause) => void;
      /** Default `setTimeout`. */
      readonly setTimer?: SetTimer;
      /** Milliseconds by a clock that does not jump. Default `performance.now`. */
      readonly monotonic?: () => number;
    },
  ) {
    this.#count = count;
    this.#log = parts.log;
    this.#onNudge = parts.onNudge;
    this.#setTimer = parts.setTimer ?? systemTimer;
    this.#monotonic = parts.monotonic ?? (() => performance.now());
  }

  /** What goes into the published objects. */
  get count(): number {
    return this.#count;
  }

  /** Takes note of a publication. */
  published(changed: boolean): void {
    if (this.#started) return;
    this.#started = true;
    if (!changed) this.#arm("start", FIRST_CALL);
  }

  /**
   * Takes note of an answered call. It says nothing about a call for another Gateway that has failed.
   *
   * @param gateways How many CertState objects it carried; without one nothing tells how far Envoy Gateway has read.
   */
  answered(gateways: number): void {
    if (gateways > 0) this.#disarm("start");
  }

  /** Takes note of a call that ended with an error. */
  failed(): void {
    if (this.#timers.has("hook_error")) return;
    const now = this.#monotonic();
    // Another Gateway's good call proves nothing: only a quiet time does.
    if (now - this.#failedAt > 2 * LONGEST_BACKOFF) this.#backoff = SHORTEST_BACKOFF;
    this.#failedAt = now;
    this.#arm("hook_error", this.#backoff);
    this.#backoff = Math.min(this.#backoff * 2, LONGEST_BACKOFF);
  }

  /** Takes note that calls are answered by other rules from now on, which are being published: failures begin anew. */
  renewed(): void {
    this.#disarm("hook_error");
    this.#backoff = SHORTEST_BACKOFF;
  }

  /** Takes note that everything published has been shown to the hook. */
  caughtUp(): void {
    this.#disarm("change");
    this.#change = null;
  }

  /**
   * Takes note that something published has not been shown to the hook: nudged once if no call comes, and each time that
   * a call brings something older in its place.
   *
   * @param since When the oldest of it was published; another time is another change.
   * @param shownOlder Whether a call has just brought something older.
   * @param usual Milliseconds that Envoy Gateway takes as a rule; 0 while that is unknown.
   */
  behind(since: number, { shownOlder, usual }: { shownOlder: boolean; usual: number }): void {
    if (this.#change?.since !== since) {
      this.caughtUp();
      this.#change = { since, backoff: SHOWN_OLDER, wasShownOlder: false };
      this.#arm("change", patience(NOT_SHOWN, usual));
    }
    const change = this.#change!;
    if (!shownOlder || (change.wasShownOlder && this.#timers.has("change"))) return;
    change.wasShownOlder = true;
    this.#disarm("change");
    this.#arm("change", patience(change.backoff, usual));
    change.backoff = Math.min(change.backoff * 2, LONGEST_BACKOFF);
  }

  /** Ends all waiting. */
  stop(): void {
    for (const cause of this.#timers.keys()) this.#disarm(cause);
  }

  #arm(cause: NudgeCause, after: number): void {
    const ring = () => {
      this.#timers.delete(cause);
      this.#count++;
      this.#log.info("envoy gateway is made to call again", { cause });
      this.#onNudge(cause);
    };
    this.#timers.set(cause, this.#setTimer(ring, after));
  }

  #disarm(cause: NudgeCause): void {
    this.#timers.get(cause)?.();
    this.#timers.delete(cause);
  }
}

// What was published while Envoy Gateway did not run took long, and says nothing of how long it takes.
function patience(least: number, usual: number): number {
  return Math.max(least, Math.min(2 * usual, LONGEST_BACKOFF));
}
