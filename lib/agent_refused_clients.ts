import { CLIENT_REFUSALS, type ClientRefusal, type Log } from "./model/mod.ts";
import type { Metrics } from "./outputs/mod.ts";
import type { RefusedClient } from "./server/mod.ts";

/** Milliseconds within which one cause makes one line: whoever may connect may do so a thousand times a second. */
const QUIET = 60_000;

/** Counts the clients that the hook has refused, and tells of them without filling the log. */
export class RefusedClients {
  readonly #parts: { readonly log: Log; readonly metrics: Metrics };
  readonly #counts = Object.fromEntries(CLIENT_REFUSALS.map((cause) => [cause, 0])) as Record<
    ClientRefusal,
    number
  >;
  readonly #told = new Map<ClientRefusal, { readonly at: number; readonly count: number }>();

  /** Nothing is counted yet. */
  constructor(parts: { readonly log: Log; readonly metrics: Metrics }) {
    this.#parts = parts;
  }

  /** Takes note of one. */
  count({ refusal, peer, detail }: RefusedClient): void {
    const { log, metrics } = this.#parts;
    const count = ++this.#counts[refusal];
    metrics.add("certgate_hook_refused_clients_total", { cause: refusal });
    const told = this.#told.get(refusal);
    const now = performance.now();
    if (told !== undefined && now - told.at < QUIET) return;
    this.#told.set(refusal, { at: now, count });
    // Connections that only come and go are how load balancers and scanners look whether a port is open.
    const level = refusal === "other" ? "info" : "warn";
    const since = count - (told?.count ?? 0);
    log[level]("a client of the hook was refused", { cause: refusal, peer, detail, since_last_line: since });
  }

  /** Refused clients since the start. */
  counts(): Readonly<Record<ClientRefusal, number>> {
    return { ...this.#counts };
  }
}
