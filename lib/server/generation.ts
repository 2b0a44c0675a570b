import type { Log } from "../model/mod.ts";
import type { KnownVerdict, Metrics, VerdictKeeper } from "../outputs/mod.ts";
import type { Config } from "../resources/mod.ts";
import type { Faults } from "./faults.ts";
import type { HostEnvoy } from "./host_envoy.ts";
import { noPolicy, type PolicyBelief } from "./policy_belief.ts";
import { VerdictStore } from "./verdict_store.ts";

/** Everything the agent believes now. Replaced in one assignment, read once per call. */
export interface Generation {
  readonly config: Config;
  readonly store: VerdictStore;
  /** The Envoy binary that confirms new pairs. */
  readonly envoy: HostEnvoy;
  /** What policy objects ask for. */
  readonly policy: PolicyBelief;
}

/** What a generation is made with. */
export interface GenerationParts {
  readonly log: Log;
  readonly metrics: Metrics;
  readonly keeper: Pick<VerdictKeeper, "keep">;
  readonly clock: () => number;
  /** What policy objects ask for; default nothing. */
  readonly policy?: PolicyBelief;
  /** What is to go wrong on purpose. Default nothing. */
  readonly faults?: Faults;
}

/**
 * Makes a generation from a configuration and what is known.
 *
 * @param known Verdicts by content hash, from the file or from the generation before.
 * @param envoy The Envoy binary that is on the host now.
 */
export function makeGeneration(
  config: Config,
  known: ReadonlyMap<string, KnownVerdict>,
  envoy: HostEnvoy,
  parts: GenerationParts,
): Generation {
  const { log, metrics, keeper, clock } = parts;
  const { confirmer, problem } = envoy;
  if (problem) log.warn("the envoy binary cannot be used, the rules stand alone", { problem });
  metrics.set("certgate_envoy_binary", confirmer ? 1 : 0);
  const store: VerdictStore = new VerdictStore({
    confirmer,
    known,
    clock,
    log,
    metrics,
    judging: { onExpired: config.onExpired },
    faults: parts.faults,
    onLearnt: () => keeper.keep(() => store.entries()),
  });
  return { config, store, envoy, policy: parts.policy ?? noPolicy(config) };
}

/**
 * Finds what a running agent cannot change.
 *
 * @returns Names of the keys that differ and are only read at the start.
 */
export function needRestart(current: Config, next: Config): string[] {
  const fixed = (config: Config) => ({
    "stateDir": config.stateDir,
    "hook.listen": config.hook.listen,
    "hook.group": config.hook.group,
    "hook.tls": filesOf(config.hook.tls),
    "hook.maxMessageSize": config.hook.maxMessageSize,
    "sds.listen": config.sds.listen,
    "sds.group": config.sds.group,
    "sds.tls": filesOf(config.sds.tls),
    "http.listen": config.http.listen,
    "log.level": config.log.level,
    "metrics.compat": config.metrics.compat,
    "metrics.perHost": config.metrics.perHost,
  });
  const before: Readonly<Record<string, unknown>> = fixed(current);
  return Object.entries(fixed(next)).filter(([key, value]) => before[key] !== value).map(([key]) => key);
}

// The names that clients need are asked for at each connection, and may change.
function filesOf(tls: Config["hook"]["tls"]): string {
  return tls === undefined ? "" : JSON.stringify([tls.certificate, tls.key, tls.clientCa]);
}
