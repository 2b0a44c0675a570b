/**
 * The composition root: makes the parts, owns the generation, and stops what it started.
 *
 * @module
 */
import { observeCalls } from "./agent_calls.ts";
import { ControlPlane } from "./agent_control_plane.ts";
import { openDoors } from "./agent_doors.ts";
import { GateHolder } from "./agent_gate_holder.ts";
import { ConfigLoads } from "./agent_loads.ts";
import { HookTls } from "./agent_hook_tls.ts";
import type { Agent, AgentParts } from "./agent_parts.ts";
import { openProbe } from "./agent_probe.ts";
import { believedTime } from "./agent_time.ts";
import { ensurePrivateDirectory, tryHoldState } from "./host/mod.ts";
import {
  loadThrowaways,
  type Metrics,
  openMetrics,
  openStatusKeeper,
  openVerdictKeeper,
} from "./outputs/mod.ts";
import type { Config } from "./resources/mod.ts";
import {
  CallsUnderWay,
  guardClients,
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

export type { Agent, AgentParts } from "./agent_parts.ts";
export { Service } from "./agent_service.ts";

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
  const started = parts.clock();
  const metrics = openMetrics(parts.version, () => usage(started), {
    ...config.metrics,
    revision: parts.revision,
  });
  const tls = config.hook.tls ? await HookTls.open(config.hook.tls, { config, metrics, ...parts }) : null;
  const agent = tls === null || tls instanceof HookTls ? await start(config, parts, metrics, tls) : tls;
  const end = async () => {
    if (tls instanceof HookTls) await tls.stop();
    release();
  };
  if (agent.kind === "agent") return { ...agent, stop: () => agent.stop().finally(end) };
  await end();
  return agent;
}

async function start(
  config: Config,
  parts: AgentParts,
  metrics: Metrics,
  tls: HookTls | null,
): Promise<Agent | OpenFailure> {
  const { log, version } = parts;
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
  if (tls) guardClients(grpc.server, tls.guard);
  let ready = false;
  let controlPlane: ControlPlane | null = null;
  const ownStatus = () => ({
    version,
    ready,
    envoy: generation.envoy.path,
    snapshots: reports.status(),
    hookTls: tls?.status(),
    ...controlPlane?.status(),
  });
  const doors = await openDoors(grpc, config, {
    metrics,
    ready: () => ready,
    status: ownStatus,
    gate: () => gate.status(),
  }, tls?.credentials);
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
  controlPlane = new ControlPlane(config, { log, metrics, time, setTimer: parts.setTimer });
  const loads = new ConfigLoads(metrics, clock);
  loads.count(true);
  const { hook, http } = doors;
  const deadline = () => generation.config.hook.deadline;
  const probe = openProbe(hook, { longest: () => calls.longest(), deadline, metrics, log }, tls?.probe);
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
      tls?.use(next);
      renew(next, await lookForEnvoy(next.envoy.path, generation.envoy));
      controlPlane?.use(next);
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
      await controlPlane?.stop();
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
