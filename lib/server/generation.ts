import { findEnvoy } from "../host/mod.ts";
import type { Log } from "../model/mod.ts";
import type { KnownVerdict, Metrics, VerdictKeeper } from "../outputs/mod.ts";
import type { Config } from "../resources/mod.ts";
import { makeConfirmer } from "./confirmer.ts";
import { VerdictStore } from "./verdict_store.ts";

/** Everything the agent believes now. Replaced in one assignment, read once per call. */
export interface Generation {
  readonly config: Config;
  readonly store: VerdictStore;
  /** The Envoy binary that confirms new pairs; `null` where the rules stand alone. */
  readonly envoyPath: string | null;
}

/** What a generation is made with. */
export interface GenerationParts {
  readonly log: Log;
  readonly metrics: Metrics;
  readonly keeper: Pick<VerdictKeeper, "keep">;
  readonly clock: () => number;
}

/**
 * Makes a generation from a configuration: finds the Envoy binary and takes over what is known.
 *
 * @param known Verdicts by content hash, from the file or from the generation before.
 */
export async function makeGeneration(
  config: Config,
  known: ReadonlyMap<string, KnownVerdict>,
  parts: GenerationParts,
): Promise<Generation> {
  const { log, metrics, keeper, clock } = parts;
  const { path, error } = await findEnvoy(config.envoy.path);
  if (error) {
    log.warn("the envoy binary of the configuration cannot be used, the rules stand alone", { error });
  }
  const confirmer = path === null ? null : await makeConfirmer(path, log);
  metrics.set("certgate_envoy_binary", confirmer ? 1 : 0);
  const store: VerdictStore = new VerdictStore({
    confirmer,
    known,
    clock,
    log,
    metrics,
    judging: { onExpired: config.onExpired },
    onLearnt: () => keeper.keep(() => store.entries()),
  });
  return { config, store, envoyPath: confirmer ? path : null };
}

/**
 * Finds what a running agent cannot change.
 *
 * @returns The new configuration with those keys left as they were, and their names.
 */
export function holdBack(current: Config, next: Config): { config: Config; keys: string[] } {
  const keys: string[] = [];
  const hold = <T>(name: string, before: T, after: T): T => {
    if (before !== after) keys.push(name);
    return before;
  };
  const config: Config = {
    ...next,
    stateDir: hold("stateDir", current.stateDir, next.stateDir),
    hook: {
      ...next.hook,
      listen: hold("hook.listen", current.hook.listen, next.hook.listen),
      group: hold("hook.group", current.hook.group, next.hook.group),
      maxMessageSize: hold("hook.maxMessageSize", current.hook.maxMessageSize, next.hook.maxMessageSize),
    },
    http: { listen: hold("http.listen", current.http.listen, next.http.listen) },
    log: { level: hold("log.level", current.log.level, next.log.level) },
  };
  return { config, keys };
}
