import type { Log, ObjectKey, SourceHealth } from "../model/mod.ts";
import { nameSightings } from "./_name_sightings.ts";
import type { Moment } from "./_rest.ts";
import type { SourceLook } from "./_source_look.ts";
import { SOURCE_ERRORS, type SourceError } from "./source_error.ts";
import type { Sighting } from "./sighting.ts";
import type { SourceMetrics } from "./source_metrics.ts";

/** What all sources together have come to. */
export class SourceReport {
  sightings: ReadonlyMap<ObjectKey, Sighting> = new Map();
  health: readonly SourceHealth[];
  readonly #log: Log;
  readonly #metrics: SourceMetrics;
  /** By source: errors that have been told, so that each counts once as long as it lasts. */
  readonly #told: Set<string>[];
  #nameErrors: ReadonlyMap<SourceLook, readonly SourceError[]> = new Map();
  #pairs: ReadonlyMap<string, number> = new Map();
  #shown = "";

  constructor(sources: readonly string[], { log, metrics }: { log: Log; metrics: SourceMetrics }) {
    this.#log = log;
    this.#metrics = metrics;
    this.#told = sources.map(() => new Set());
    this.health = sources.map((source) => ({
      source,
      up: true,
      pairs: 0,
      errors: {},
      message: "",
      watching: false,
    }));
    for (const source of sources) {
      for (const reason of SOURCE_ERRORS) metrics.add("certgate_source_errors_total", { source, reason }, 0);
    }
  }

  /** Takes in what the latest look has found. @returns whether anything is different. */
  update(looks: readonly SourceLook[], at: { moment: Moment; watching: boolean }): boolean {
    let changed = false;
    if (looks.some((look) => look.dirty)) {
      const { sightings, errors } = nameSightings(looks, at.moment);
      this.#nameErrors = errors;
      const shown = [...sightings].map(showSighting).join("\n");
      changed = shown !== this.#shown;
      if (changed) this.sightings = sightings;
      this.#pairs = countPairs(sightings);
      this.#shown = shown;
      for (const look of looks) look.dirty = false;
    }
    const health = looks.map((look, index) => this.#healthOf(look, index, at.watching));
    const same = health.every((entry, index) => sameHealth(entry, this.health[index]));
    if (!same) this.health = health;
    return changed || !same;
  }

  #healthOf(look: SourceLook, index: number, watching: boolean): SourceHealth {
    const source = look.settings.path;
    const errors = [...look.errors.values(), ...this.#nameErrors.get(look) ?? []];
    this.#tell(source, this.#told[index], errors);
    const counts: Record<string, number> = {};
    for (const { reason } of errors) counts[reason] = (counts[reason] ?? 0) + 1;
    const pairs = this.#pairs.get(source) ?? 0;
    this.#metrics.set("certgate_source_up", look.up ? 1 : 0, { source });
    this.#metrics.set("certgate_source_bundles", pairs, { source });
    this.#metrics.set("certgate_source_watching", watching ? 1 : 0, { source });
    return { source, up: look.up, pairs, errors: counts, message: errors.at(-1)?.message ?? "", watching };
  }

  #tell(source: string, told: Set<string>, errors: readonly SourceError[]): void {
    const now = new Set(errors.map(({ reason, path }) => `${reason} ${path}`));
    for (const key of told) if (!now.has(key)) told.delete(key);
    for (const { reason, path, message, hint } of errors) {
      const key = `${reason} ${path}`;
      if (told.has(key)) continue;
      told.add(key);
      this.#metrics.add("certgate_source_errors_total", { source, reason });
      this.#log.warn("something is wrong at a source", { source, reason, path, message, hint });
    }
  }
}

function showSighting([key, { path, hash, unsettled }]: readonly [string, Sighting]): string {
  return `${key} ${path} ${hash} ${unsettled?.cause ?? ""} ${unsettled?.detail ?? ""}`;
}

function sameHealth(a: SourceHealth, b: SourceHealth): boolean {
  return a.up === b.up && a.pairs === b.pairs && a.watching === b.watching && a.message === b.message &&
    JSON.stringify(a.errors) === JSON.stringify(b.errors);
}

function countPairs(sightings: ReadonlyMap<ObjectKey, Sighting>): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { source, problem } of sightings.values()) {
    if (problem?.cause !== "pair_missing") counts.set(source, (counts.get(source) ?? 0) + 1);
  }
  return counts;
}
