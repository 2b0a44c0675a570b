import type { Log } from "./model/mod.ts";
import type { Metrics } from "./outputs/mod.ts";
import { HealthAsker } from "./server/mod.ts";

/** What {@linkcode HookProbe} looks at. */
export interface HookProbeParts {
  /** Asks the hook from outside, and waits so many milliseconds; says what is wrong, or nothing. */
  readonly ask: (patience: number) => Promise<string>;
  /** How long the oldest call has been under way, in milliseconds. */
  readonly longest: () => number;
  /** Within how many milliseconds every call has to end. */
  readonly deadline: () => number;
  readonly metrics: Metrics;
  readonly log: Log;
}

// A call on a busy host ends a little after its deadline; one this much later does not end at all.
const GRACE = 5000;

/** Tells whether the hook works, as Envoy Gateway would find it. */
export class HookProbe {
  readonly #parts: HookProbeParts;
  #failing = false;
  #closed = false;

  /** Nothing is asked yet. */
  constructor(parts: HookProbeParts) {
    this.#parts = parts;
  }

  /**
   * Whether the hook answers a question, and no call in it hangs. Counted, and told where it changes.
   *
   * @param patience Milliseconds to wait for the answer.
   */
  async works(patience: number): Promise<boolean> {
    const { metrics, log } = this.#parts;
    const problem = this.#hanging() || await this.#parts.ask(patience) || this.#hanging();
    if (this.#closed) return false;
    const failing = problem !== "";
    metrics.add("certgate_watchdog_probes_total", { result: failing ? "failed" : "answered" });
    metrics.set("certgate_watchdog_failing", failing ? 1 : 0);
    if (failing && !this.#failing) {
      log.error("the hook does not answer its own probe, systemd is not told that it is alive", { problem });
    } else if (!failing && this.#failing) log.info("the hook answers its own probe again");
    this.#failing = failing;
    return !failing;
  }

  /** Counts and tells no more: a hook that is being closed answers no question, and that is no failure. */
  close(): void {
    this.#closed = true;
  }

  #hanging(): string {
    const { longest, deadline } = this.#parts;
    const age = longest();
    return age > deadline() + GRACE ? `a call has been under way for ${Math.round(age / 1000)} s` : "";
  }
}

/**
 * The probe of a hook that is open.
 *
 * @param target Where it listens, as a gRPC target.
 * @param pair What is shown to a hook with TLS.
 */
export function openProbe(
  target: string,
  parts: Omit<HookProbeParts, "ask">,
  pair?: ConstructorParameters<typeof HealthAsker>[1],
): Pick<HookProbe, "works"> & { close(): void } {
  const health = new HealthAsker(target, pair);
  const probe = new HookProbe({ ...parts, ask: (patience) => health.ask(patience) });
  return {
    works: (patience) => probe.works(patience),
    close() {
      probe.close();
      health.close();
    },
  };
}
