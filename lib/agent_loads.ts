import type { Metrics } from "./outputs/mod.ts";

/** Counts the loads of the configuration, and knows whether the latest one was refused. */
export class ConfigLoads {
  readonly #metrics: Metrics;
  readonly #clock: () => number;
  #refused = false;

  /** @param clock Milliseconds since the epoch. */
  constructor(metrics: Metrics, clock: () => number) {
    this.#metrics = metrics;
    this.#clock = clock;
  }

  /** Whether the configuration on disk is not the one in use. */
  get refused(): boolean {
    return this.#refused;
  }

  /** Takes note of a load. */
  count(success: boolean): void {
    this.#refused = !success;
    const metrics = this.#metrics;
    metrics.add("certgate_config_reloads_total", { outcome: success ? "success" : "failure" });
    metrics.set("certgate_config_reload_failed", success ? 0 : 1);
    if (success) metrics.set("certgate_config_last_reload_success_timestamp_seconds", this.#clock() / 1000);
  }
}
