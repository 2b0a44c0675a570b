/**
 * The composition root: makes the parts, owns the generation, and stops what it started.
 *
 * @module
 */
import { openDoors } from "./agent_doors.ts";
import { GateHolder } from "./agent_gate_holder.ts";
import { believedTime } from "./agent_time.ts";
import { ensurePrivateDirectory, type SetTimer, tryHoldState } from "./host/mod.ts";
import type { Log } from "./model/mod.ts";
import {
  loadThrowaways,
  type Metrics,
  openMetrics,
  openStatusKeeper,
  openVerdictKeeper,
} from "./outputs/mod.ts";
import type { Config } from "./resources/mod.ts";
import {
  type CallObserver,
  type HostEnvoy,
  lookForEnvoy,
  makeGeneration,
  makeGrpcServer,
  makeHookHandlers,
  needRestart,
  type OpenFailure,
  sameEnvoy,
  SnapshotReports,
} from "./server/mod.ts";

/** A running agent. */
export interface Agent {
  readonly kind: "agent";
  /** Where the hook listens, as a gRPC target. */
  readonly hook: string;
  /** `http://host:port` of metrics, health and status. */
  readonly http: string;
  /** Takes a new configuration into use as a whole, or not at all; returns the keys that only a restart can change. */
  reload(config: Config): Promise<readonly string[]>;
  /** Counts a configuration that could not be read; the one in use stays. */
  reloadFailed(): void;
  /** Finishes the calls under way, at most for the deadline of one, and gives everything back. */
  stop(): Promise<void>;
}

/** What the agent is given from outside. */
export interface AgentParts {
  readonly version: string;
  /** The source revision, for `certgate_build_info`. */
  readonly revision?: string;
  readonly log: Log;
  /** Milliseconds since the epoch. */
  readonly clock: () => number;
  /** When this version was released, milliseconds since the epoch; a clock before that is wrong. Default never. */
  readonly released?: number;
  /** Milliseconds between looks at the Envoy binary of the host; half a minute unless told. */
  readonly envoyCheckInterval?: number;
  /** How the gate waits for the next edge; `setTimeout` unless told. */
  readonly setTimer?: SetTimer;
  /** Milliseconds between publications of the gate; a second unless told. */
  readonly spacing?: number;
}

const ENVOY_CHECK_INTERVAL = 30_000;
const CLOCK_NOTE_INTERVAL = 3_600_000;

/**
 * Starts the agent. When it returns, everything is loaded and Envoy Gateway's waiting calls are being answered.
 *
 * @returns The agent, or why it did not start; nothing is left running then.
 */
export async function startAgent(config: Config, parts: AgentParts): Promise<Agent | OpenFailure> {
  const { stateDir } = config;
  const problem = await ensurePrivateDirectory(stateDir);
  if (problem) {
    return { kind: "failed", message: problem, hint: "set stateDir to a directory that certgate may make" };
  }
  const release = await tryHoldState(stateDir).catch((error) => {
    parts.log.warn("the state directory cannot be locked against a second certgate", {
      path: stateDir,
      error,
    });
    return () => {};
  });
  if (release === null) {
    const message = `Cannot use "${stateDir}": another certgate has it`;
    return {
      kind: "busy",
      message,
      hint: "stop that one, or give this one another stateDir and gate.output",
    };
  }
  const agent = await start(config, parts);
  if (agent.kind !== "agent") {
    release();
    return agent;
  }
  return { ...agent, stop: () => agent.stop().finally(release) };
}

async function start(config: Config, parts: AgentParts): Promise<Agent | OpenFailure> {
  const { log, version } = parts;
  const started = parts.clock();
  const metrics = openMetrics(version, () => usage(started), {
    ...config.metrics,
    revision: parts.revision,
  });
  let lastSeen: number | null = null;
  const time = believedTime(parts.clock, parts.released ?? -Infinity, () => lastSeen);
  const clock = () => time().now;
  const keeper = await openStatusKeeper({ stateDir: config.stateDir, log, clock });
  lastSeen = keeper.lastSeen;
  const verdicts = await openVerdictKeeper(config.stateDir, version, log, metrics);
  const throwaways = await loadThrowaways(config.stateDir, clock(), log);
  const generationParts = { log, metrics, clock, keeper: verdicts };
  let generation = makeGeneration(
    config,
    verdicts.known,
    await lookForEnvoy(config.envoy.path),
    generationParts,
  );
  const reports = new SnapshotReports({ log, metrics, clock });
  const gate = new GateHolder({
    log,
    metrics,
    clock,
    keeper,
    setTimer: parts.setTimer,
    spacing: parts.spacing,
    doubt: () => time().doubt,
    store: () => generation.store,
    onGateways: (isKnown) => reports.retain(isKnown),
  });
  const grpc = makeGrpcServer({
    handlers: makeHookHandlers({
      generation: () => generation,
      reports,
      throwaways,
      metrics,
      log,
      clock,
      dark: () => gate.dark(),
      onAnswered: ({ gateways, outcome }) => gate.answered(gateways, outcome),
    }),
    maxMessageSize: config.hook.maxMessageSize,
    observer: observeCalls(metrics),
  });
  let ready = false;
  const doors = await openDoors(grpc, config, {
    metrics,
    ready: () => ready,
    status: () => ({ version, ready, envoy: generation.envoy.path, snapshots: reports.status() }),
    gate: () => gate.status(),
  });
  if (doors.kind !== "open") return doors;
  try {
    await gate.use(config);
  } catch (error) {
    await doors.close(config.hook.deadline);
    return { kind: "failed", message: `Cannot open the gate: ${(error as Error).message}`, hint: "" };
  }
  ready = true;
  grpc.setServing(true);
  metrics.set("certgate_ready", 1);
  countLoad(metrics, clock, true);
  const { hook, http } = doors;
  const envoy = generation.envoy.path;
  log.info("certgate is ready", { version, hook, http, envoy, known_verdicts: verdicts.known.size });
  const renew = (next: Config, found: HostEnvoy) => {
    generation = makeGeneration(next, new Map(generation.store.entries()), found, generationParts);
  };
  // Envoy Gateway may fetch its Envoy after certgate has started, and a package manager may replace it at any time.
  const envoyCheck = setInterval(async () => {
    const before = generation;
    const found = await lookForEnvoy(before.config.envoy.path, before.envoy);
    // A reload in the meantime has looked for itself.
    if (generation !== before || sameEnvoy(found, before.envoy)) return;
    renew(before.config, found);
    log.info("the envoy binary has changed, what it has not judged is asked again", { envoy: found.path });
  }, parts.envoyCheckInterval ?? ENVOY_CHECK_INTERVAL);
  const clockNotes = setInterval(() => keeper.touch(clock()), CLOCK_NOTE_INTERVAL);
  return {
    kind: "agent",
    hook,
    http,
    async reload(next) {
      const keys = needRestart(generation.config, next);
      countLoad(metrics, clock, keys.length === 0);
      if (keys.length > 0) {
        log.error("these keys need a restart, the configuration in use stays", { keys });
        return keys;
      }
      try {
        await gate.use(next);
      } catch (error) {
        countLoad(metrics, clock, false);
        log.error("the gate could not be opened anew, the configuration in use stays", { error });
        return [];
      }
      renew(next, await lookForEnvoy(next.envoy.path, generation.envoy));
      log.info("configuration reloaded", { envoy: generation.envoy.path });
      return [];
    },
    reloadFailed: () => countLoad(metrics, clock, false),
    async stop() {
      clearInterval(envoyCheck);
      clearInterval(clockNotes);
      await gate.close();
      grpc.setServing(false);
      const finished = await doors.close(generation.config.hook.deadline);
      await verdicts.settled();
      log.info("certgate stopped", { every_call_finished: finished });
    },
  };
}

function observeCalls(metrics: Metrics): CallObserver {
  return {
    started: (hook) => metrics.add("grpc_server_started_total", { grpc_method: hook }),
    handled: (hook, code) => metrics.add("grpc_server_handled_total", { grpc_method: hook, grpc_code: code }),
  };
}

function countLoad(metrics: Metrics, clock: () => number, success: boolean): void {
  metrics.add("certgate_config_reloads_total", { outcome: success ? "success" : "failure" });
  metrics.set("certgate_config_reload_failed", success ? 0 : 1);
  if (success) metrics.set("certgate_config_last_reload_success_timestamp_seconds", clock() / 1000);
}

function usage(started: number) {
  const { user, system } = process.cpuUsage();
  return { rss: Deno.memoryUsage().rss, cpuSeconds: (user + system) / 1e6, startSeconds: started / 1000 };
}
