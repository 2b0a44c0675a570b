import type { Log, ObjectKey, PairBytes, SourceHealth } from "../model/mod.ts";
import { canonicalPair } from "../pki/mod.ts";
import type { Config } from "../resources/mod.ts";
import { Directories } from "./_directories.ts";
import { LookLoop } from "./_look_loop.ts";
import type { Moment } from "./_rest.ts";
import { SourceReport } from "./_source_report.ts";
import { SourceLook } from "./_source_look.ts";
import { watchWith } from "./_watch_with.ts";
import type { OpenWatcher } from "./_watches.ts";
import type { WatchThread } from "./watch_thread.ts";
import type { Sighting } from "./sighting.ts";
import type { SourceMetrics } from "./source_metrics.ts";

/** The places where pairs arrive, looked at all the time. */
export interface Sources {
  /** Resolves once the first look is done and what it found is settled, at the latest some seconds after `settle`. */
  readonly first: Promise<void>;
  /** What is believed now, by `namespace/name` of the Secret; the same map as long as nothing changes. */
  sightings(): ReadonlyMap<ObjectKey, Sighting>;
  /** One entry for each source, in the order of the configuration. */
  health(): readonly SourceHealth[];
  /** Looks now; resolves when what it found is in `sightings()`. */
  look(): Promise<void>;
  /** Ends the looking after the look under way. */
  stop(): Promise<void>;
}

/** What sources are opened with. */
export interface SourcesParts {
  readonly sources: Config["sources"];
  readonly watch: Config["watch"];
  /** Whether the host's own certificate is put first where the file has its issuer first. */
  readonly repair: boolean;
  readonly log: Log;
  readonly metrics: SourceMetrics;
  /** Milliseconds since the epoch. */
  readonly clock: () => number;
  /** Called after a look by which `sightings()` or `health()` has changed. */
  readonly onChange: () => void;
  /** The thread that watches; without one this makes its own. */
  readonly watchThread?: WatchThread;
  /** Instead of the runtime's watcher, in no thread. */
  readonly openWatcher?: OpenWatcher;
}

/** A pair that never settles must not keep certgate from starting: milliseconds on top of `settle`. */
const FIRST_PATIENCE = 3000;

/** So many pairs that are being written at one time are a storm: what it brings is handed out together. */
const STORM = 8;
/** Milliseconds after which a storm is no reason to wait any longer. */
const LONGEST_STORM = 1500;

/**
 * Opens the places where pairs arrive.
 *
 * - Polling finds everything; file events only shorten the wait.
 * - A pair is read as a unit once its files rest, or at once behind a link that was moved in one step.
 * - What is good is believed at once; what is not, once it has stayed the same for the times of `watch`.
 * - What has not changed is not read again, and what has the same content is not looked into again.
 */
export function openSources(parts: SourcesParts): Sources {
  const { log, clock, metrics, watch } = parts;
  const directories = new Directories();
  const moment = (): Moment => ({ now: performance.now(), wall: clock() });
  const reading = {
    ...watch,
    canonical: (pair: PairBytes) => canonicalPair(pair, { leafFirst: parts.repair }),
    parsed: () => metrics.add("certgate_source_parses_total"),
  };
  const looks = parts.sources.map((source) => new SourceLook(source, directories, reading, log));
  const report = new SourceReport(parts.sources.map(({ path }) => path), { log, metrics });
  const watches = watch.events ? watchWith(parts, () => loop.hint()) : null;
  const began = performance.now();
  let settled = () => {};
  const first = new Promise<void>((resolve) => settled = resolve);
  let stormSince: number | null = null;
  const isStorm = () => {
    const moving = looks.reduce((sum, source) => sum + source.moving, 0);
    stormSince = moving > STORM ? stormSince ?? performance.now() : null;
    return stormSince !== null && performance.now() - stormSince < LONGEST_STORM;
  };
  const look = async () => {
    metrics.add("certgate_source_looks_total");
    directories.begin(moment());
    let wish = Infinity;
    for (const source of looks) wish = Math.min(wish, await source.look(moment));
    if (watches) wish = Math.min(wish, watches.watch(directories.seen(), performance.now()));
    directories.end();
    if (isStorm()) return wish;
    if (report.update(looks, { moment: moment(), watching: watches?.watching ?? false })) parts.onChange();
    const patient = performance.now() - began < watch.settle + FIRST_PATIENCE;
    if (!patient || !looks.some((source) => source.undecided)) settled();
    return wish;
  };
  const loop = new LookLoop({ log, pollInterval: watch.pollInterval, look });
  loop.start();
  return {
    first,
    sightings: () => report.sightings,
    health: () => report.health,
    look: () => loop.ask(),
    async stop() {
      await loop.stop();
      watches?.close();
      settled();
    },
  };
}
