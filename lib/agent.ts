/**
 * The composition root: makes the parts, owns the generation, and stops what it started.
 *
 * @module
 */
import { observeCalls } from "./agent_calls.ts";
import { type Core, openCore } from "./agent_core.ts";
import { openDoors } from "./agent_doors.ts";
import { HookTls } from "./agent_hook_tls.ts";
import type { Agent, AgentParts } from "./agent_parts.ts";
import { RunningAgent } from "./agent_running.ts";
import { ensurePrivateDirectory, tryHoldState } from "./host/mod.ts";
import { type Metrics, openMetrics } from "./outputs/mod.ts";
import type { Config } from "./resources/mod.ts";
import { guardClients, makeGrpcServer, type OpenFailure } from "./server/mod.ts";

export type { Agent, AgentParts } from "./agent_parts.ts";
export { Service } from "./agent_service.ts";
export { sourcesOf } from "./agent_inputs.ts";

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
  const tls = config.hook.tls
    ? await HookTls.open("hook", config.hook.tls, { config, metrics, ...parts })
    : null;
  const end = async () => {
    if (tls instanceof HookTls) await tls.stop();
    release();
  };
  if (tls !== null && !(tls instanceof HookTls)) {
    release();
    return tls;
  }
  const agent = await start(config, { ...parts, metrics, tls, release: end });
  if (agent.kind !== "agent") await end();
  return agent;
}

interface StartParts extends AgentParts {
  readonly metrics: Metrics;
  readonly tls: HookTls | null;
  readonly release: () => Promise<void>;
}

async function start(config: Config, parts: StartParts): Promise<Agent | OpenFailure> {
  const { log, version, metrics, tls } = parts;
  const core = await openCore(config, parts, metrics);
  const { generation, reports, gate, policy, issuance, sds, verdicts } = core;
  const { maxMessageSize } = config.hook;
  const grpc = makeGrpcServer({ handlers: core.handlers, maxMessageSize, observer: observeCalls(metrics) });
  if (tls) guardClients(grpc.server, tls.guard);
  let agent: RunningAgent | null = null;
  const status = () => ({
    version,
    ready: agent !== null,
    envoy: generation.now.envoy.path,
    snapshots: reports.status(),
    hookTls: tls?.status(),
    policy: policy.status(),
    issuance: issuance.status(),
    sds: sds.status(),
  });
  const doors = await openDoors(grpc, config, {
    metrics,
    ready: () => agent !== null,
    status: () => agent?.statusWithoutGate() ?? status(),
    gate: () => gate.status(),
    programmedSet: () => generation.now.config.debug.programmedSet ? reports.programmedSet() : null,
  }, tls?.credentials);
  if (doors.kind !== "open") {
    generation.stop();
    return doors;
  }
  const problem = await readEverything(config, core);
  if (problem !== null) {
    generation.stop();
    await Promise.all([policy.stop(), issuance.stop(), gate.close(), sds.stop(0)]);
    await doors.close(config.hook.deadline);
    return { kind: "failed", message: problem, hint: "" };
  }
  metrics.set("certgate_cache_synced", 1);
  agent = new RunningAgent(config, { ...parts, core, doors, grpc, status });
  grpc.setServing(true);
  metrics.set("certgate_ready", 1);
  const { hook, http } = doors;
  const envoy = generation.now.envoy.path;
  log.info("certgate is ready", { version, hook, http, envoy, known_verdicts: verdicts.known.size });
  return agent;
}

/** Reads policies and certificates once, then lets the calls through that have come in the meantime. */
async function readEverything(
  config: Config,
  { policy, issuance, gate, sds, hold }: Core,
): Promise<string | null> {
  const steps: readonly [string, () => Promise<void>][] = [
    ["read the policy objects", async () => await (await policy.prepare(config)).commit()],
    ["begin to issue certificates", () => issuance.use(config)],
    ["read the CA bundles", () => sds.use(config)],
    ["give certificates to Envoys", () => sds.prepare(config)],
    ["open the gate", () => gate.use(config)],
    // Nobody can ask before there is an answer.
    ["give certificates to Envoys", () => sds.open(config)],
  ];
  for (const [what, step] of steps) {
    try {
      await step();
    } catch (error) {
      hold.giveUp();
      return `Cannot ${what}: ${(error as Error).message}`;
    }
  }
  hold.open();
  return null;
}

function usage(started: number) {
  const { user, system } = process.cpuUsage();
  return { rss: Deno.memoryUsage().rss, cpuSeconds: (user + system) / 1e6, startSeconds: started / 1000 };
}
