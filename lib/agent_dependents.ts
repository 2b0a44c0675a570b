import { join } from "node:path";
import {
  DEPENDENT_OUTCOMES,
  type DependentOutcome,
  type DependentStatus,
  KeyMaterial,
  type Log,
} from "./model/mod.ts";
import type { Metrics } from "./outputs/mod.ts";
import type { Config } from "./resources/mod.ts";
import {
  adoptDependents,
  type DependentMarker,
  type DependentOptions,
  type DependentProbe,
  probeDependents,
  readMarker,
  readTree,
  restartDependents,
  rotationUnderWay,
} from "./rotation/mod.ts";
import { dependentStatus } from "./agent_dependents_status.ts";

/** What the restarts of dependents are given. */
export interface DependentsParts {
  readonly log: Log;
  readonly metrics: Metrics;
  /** Milliseconds since the epoch. */
  readonly clock: () => number;
  /** Waits; ends early when the signal comes. */
  readonly sleep: DependentOptions["sleep"];
  /** For tests. */
  readonly programs?: DependentOptions["programs"];
}

/** Milliseconds between looks. A rotation by a command is followed within this. */
const LOOK = 15_000;

/**
 * Sees to it that who does not read a new authority by itself is restarted once for each: after a rotation of the agent's
 * own, after one by the command, and for what an earlier run has left undone. Asks those with a `probe` whom they trust.
 */
export class AgentDependents {
  readonly #parts: DependentsParts;
  readonly #stop = new AbortController();
  #config: Config;
  #markers = new Map<string, DependentMarker | null>();
  #probes = new Map<string, DependentProbe>();
  #running: Promise<void> = Promise.resolve();
  #loop: Promise<void> | null = null;
  #said = "";

  constructor(config: Config, parts: DependentsParts) {
    this.#config = config;
    this.#parts = parts;
    this.#zero();
  }

  /** Takes another configuration. */
  use(config: Config): void {
    this.#config = config;
    this.#zero();
  }

  /** Looks again and again until it is stopped. */
  begin(): void {
    this.#loop ??= (async () => {
      while (!this.#stop.signal.aborted) {
        await this.tick();
        await this.#parts.sleep(LOOK, this.#stop.signal).catch(() => {});
      }
    })();
  }

  /** Restarts them for an authority; for `RotationOptions.dependents`. Never throws for what a dependent does. */
  async restart(fingerprint: string, signal: AbortSignal = this.#stop.signal): Promise<void> {
    await this.#restart(this.#dependents, fingerprint, signal);
  }

  /** Does once what is due. Never two at a time. */
  tick(): Promise<void> {
    return this.#running = this.#running.then(() => this.#turn()).then(() => this.#said = "", (error) => {
      if (this.#said === error.message) return;
      this.#said = error.message;
      this.#parts.log.error("the dependents could not be looked at, this is tried again", { error });
    }).then(() => {});
  }

  /** As `/v1/status` shows them. */
  status(): readonly DependentStatus[] {
    return this.#dependents.map((dependent) =>
      dependentStatus(
        dependent,
        this.#markers.get(dependent.name) ?? null,
        this.#probes.get(dependent.name) ?? null,
      )
    );
  }

  /** Ends every wait; what is left is done after the next start. */
  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#loop;
    await this.#running;
  }

  get #dependents() {
    return this.#config.rotation.dependents;
  }

  async #turn(): Promise<void> {
    const { rotation: { configHome }, stateDir } = this.#config;
    if (this.#dependents.length === 0) return;
    await this.#readMarkers();
    const now = this.#parts.clock();
    if (configHome !== undefined) await this.#follow(configHome, stateDir, now);
    for (const dependent of this.#dependents) {
      const marker = this.#markers.get(dependent.name);
      if (!marker || marker.state === "done" || now < (marker.retryAt ?? now)) continue;
      await this.#restart([dependent], marker.fingerprint, this.#stop.signal);
    }
    if (configHome !== undefined) await this.#probe(configHome);
    this.#show();
  }

  /** Restarts for a rotation that somebody else has made, e.g. the command. */
  async #follow(configHome: string, stateDir: string, now: number): Promise<void> {
    const { state, authority } = await readTree(configHome);
    if (state !== "whole" || authority === null || await rotationUnderWay(configHome) !== null) return;
    const { fingerprint } = authority;
    await adoptDependents(this.#dependents, { fingerprint, stateDir, now });
    await this.#readMarkers();
    const behind = this.#dependents.filter(({ name }) => {
      const marker = this.#markers.get(name);
      return marker && marker.fingerprint !== fingerprint;
    });
    if (behind.length > 0) await this.#restart(behind, fingerprint, this.#stop.signal);
  }

  async #restart(
    dependents: Config["rotation"]["dependents"],
    fingerprint: string,
    signal: AbortSignal,
  ): Promise<void> {
    const { log, metrics, clock, sleep, programs } = this.#parts;
    const { stateDir } = this.#config;
    const tally = (name: string, outcome: DependentOutcome) =>
      metrics.add("certgate_dependent_restarts_total", { name, outcome });
    await restartDependents(dependents, {
      fingerprint,
      stateDir,
      log,
      clock,
      sleep,
      signal,
      tally,
      programs,
    });
    await this.#readMarkers();
    this.#show();
  }

  async #readMarkers(): Promise<void> {
    for (const { name } of this.#dependents) {
      this.#markers.set(name, await readMarker(this.#config.stateDir, name));
    }
  }

  async #probe(configHome: string): Promise<void> {
    if (!this.#dependents.some(({ probe }) => probe !== undefined)) return;
    const read = (name: string) => Deno.readFile(join(configHome, "certs/envoy", name)).catch(() => null);
    const [certificate, key, authority] = await Promise.all(["tls.crt", "tls.key", "ca.crt"].map(read));
    if (certificate === null || key === null || authority === null) return;
    const pair = { certificate, key: new KeyMaterial(key) };
    for (const probe of await probeDependents(this.#dependents, pair, authority)) {
      const before = this.#probes.get(probe.name)?.state;
      this.#probes.set(probe.name, probe);
      if (probe.state === before) continue;
      const fields = { dependent: probe.name, message: probe.message };
      if (probe.state === "stale") this.#parts.log.warn("a dependent refuses the authority in place", fields);
      else if (before === "stale") {
        this.#parts.log.info("a dependent does not refuse the authority in place any more", fields);
      }
    }
  }

  #zero(): void {
    for (const { name } of this.#dependents) {
      for (const outcome of DEPENDENT_OUTCOMES) {
        this.#parts.metrics.add("certgate_dependent_restarts_total", { name, outcome }, 0);
      }
    }
    this.#show();
  }

  #show(): void {
    const { metrics } = this.#parts;
    const rows = (is: (name: string) => boolean, names: readonly string[]) =>
      names.map((name) => ({ labels: { name }, value: is(name) ? 1 : 0 }));
    const all = this.#dependents.map(({ name }) => name);
    const asked = this.#dependents.filter(({ probe }) => probe !== undefined).map(({ name }) => name);
    const unfinished = (name: string) => this.#markers.get(name)?.state === "failed";
    metrics.replace("certgate_dependent_restart_failed", rows(unfinished, all));
    const probed = (state: DependentProbe["state"]) => (name: string) =>
      this.#probes.get(name)?.state === state;
    metrics.replace("certgate_dependent_stale", rows(probed("stale"), asked));
    metrics.replace("certgate_dependent_probe_failed", rows(probed("unreachable"), asked));
  }
}
