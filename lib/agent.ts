/**
 * The composition root: makes the parts, owns the generation, and stops what it started.
 *
 * @module
 */
import { observeCalls } from "./agent_calls.ts";
import { openDoors } from "./agent_doors.ts";
import { GateHolder } from "./agent_gate_holder.ts";
import { ConfigLoads } from "./agent_loads.ts";
import { openProbe } from "./agent_probe.ts";
import { believedTime } from "./agent_time.ts";
import { ensurePrivateDirectory, type SetTimer, tryHoldState } from "./host/mod.ts";
import type { Log } from "./model/mod.ts";
import { loadThrowaways, openMetrics, openStatusKeeper, openVerdictKeeper } from "./outputs/mod.ts";
import type { Config } from "./resources/mod.ts";
import {
  type AgentStatus,
  CallsUnderWay,
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

export { Service } from "./agent_service.ts";

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
  /** Whether the configuration on disk could not be taken into use. */
  refused(): boolean;
  /** What `/v1/status` says. */
  status(): AgentStatus;
  /** Whether the hook answers a question of its own within so many milliseconds, and no call in it hangs. */
  probe(patience: number): Promise<boolean>;
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
  const calls = new CallsUnderWay();
  const grpc = makeGrpcServer({
    handlers: makeHookHandlers({
      generation: () => generation,
      reports,
      throwaways,
      metrics,
      log,
      clock,
      calls,
      dark: () => gate.dark(),
      onAnswered: ({ gateways, outcome }) => gate.answered(gateways, outcome),
    }),
    maxMessageSize: config.hook.maxMessageSize,
    observer: observeCalls(metrics),
  });
  let ready = false;
  const ownStatus = () => ({ version, ready, envoy: generation.envoy.path, snapshots: reports.status() });
  const doors = await openDoors(grpc, config, {
    metrics,
    ready: () => ready,
    status: ownStatus,
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
  const loads = new ConfigLoads(metrics, clock);
  loads.count(true);
  const { hook, http } = doors;
  const deadline = () => generation.config.hook.deadline;
  const probe = openProbe(hook, { longest: () => calls.longest(), deadline, metrics, log });
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
      loads.count(keys.length === 0);
      if (keys.length > 0) {
        log.error("these keys need a restart, the configuration in use stays", { keys });
        return keys;
      }
      try {
        await gate.use(next);
      } catch (error) {
        loads.count(false);
        log.error("the gate could not be opened anew, the configuration in use stays", { error });
        return [];
      }
      renew(next, await lookForEnvoy(next.envoy.path, generation.envoy));
      log.info("configuration reloaded", { envoy: generation.envoy.path });
      return [];
    },
    reloadFailed: () => loads.count(false),
    refused: () => loads.refused,
    status: () => ({ ...ownStatus(), gate: gate.status() }),
    probe: (patience) => probe.works(patience),
    async stop() {
      clearInterval(envoyCheck);
      clearInterval(clockNotes);
      probe.close();
      await gate.close();
      grpc.setServing(false);
      const finished = await doors.close(deadline());
      await verdicts.settled();
      log.info("certgate stopped", { every_call_finished: finished });
    },
  };
}

function usage(started: number) {
  const { user, system } = process.cpuUsage();
  return { rss: Deno.memoryUsage().rss, cpuSeconds: (user + system) / 1e6, startSeconds: started / 1000 };
}
