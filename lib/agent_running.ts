import { ControlPlane } from "./agent_control_plane.ts";
import type { Core } from "./agent_core.ts";
import type { OpenDoors } from "./agent_doors.ts";
import type { HookTls } from "./agent_hook_tls.ts";
import { ConfigLoads } from "./agent_loads.ts";
import type { Agent, AgentParts } from "./agent_parts.ts";
import { openProbe } from "./agent_probe.ts";
import type { Metrics } from "./outputs/mod.ts";
import type { Config } from "./resources/mod.ts";
import { type AgentStatus, type GrpcServer, needRestart } from "./server/mod.ts";

const CLOCK_NOTE_INTERVAL = 3_600_000;
const UNREAD = "policy could not be read anew, the configuration in use stays";
const UNISSUED = "issuance could not be opened anew, the configuration in use stays";
const UNGIVEN = "delivery to Envoy could not be opened anew, the configuration in use stays";
const SHUT = "the gate could not be opened anew, the configuration in use stays";

/** What a {@linkcode RunningAgent} is made of; all of it is open and loaded. */
export interface RunningParts {
  readonly core: Core;
  readonly doors: OpenDoors;
  readonly grpc: GrpcServer;
  /** `null` without TLS. */
  readonly tls: HookTls | null;
  readonly metrics: Metrics;
  /** What `/v1/status` says, without the gate and the control plane. */
  readonly status: () => Omit<AgentStatus, "gate">;
  /** Gives back what was taken before the agent began; the last step of its end. */
  readonly release: () => Promise<void>;
}

/** An agent from the moment it is ready until it is stopped. */
export class RunningAgent implements Agent {
  readonly kind = "agent";
  readonly hook: string;
  readonly http: string;
  readonly #parts: RunningParts & Pick<AgentParts, "log">;
  readonly #controlPlane: ControlPlane;
  readonly #loads: ConfigLoads;
  readonly #probe: ReturnType<typeof openProbe>;
  readonly #clockNotes: ReturnType<typeof setInterval>;

  /** Begins what goes on by itself: the probe, the control plane, notes of the time. */
  constructor(config: Config, parts: RunningParts & Pick<AgentParts, "log" | "setTimer">) {
    const { core, doors, tls, metrics, log, setTimer } = parts;
    this.#parts = parts;
    this.hook = doors.hook;
    this.http = doors.http;
    this.#loads = new ConfigLoads(metrics, core.clock);
    this.#loads.count(true);
    this.#controlPlane = new ControlPlane(config, { log, metrics, time: core.time, setTimer });
    this.#probe = openProbe(doors.hook, {
      longest: () => core.calls.longest(),
      deadline: () => this.#deadline,
      metrics,
      log,
    }, tls?.probe);
    this.#clockNotes = setInterval(() => core.keeper.touch(core.clock()), CLOCK_NOTE_INTERVAL);
  }

  get #deadline(): number {
    return this.#parts.core.generation.now.config.hook.deadline;
  }

  async reload(next: Config): Promise<readonly string[]> {
    const { core: { generation, gate, policy, issuance, sds }, tls, log } = this.#parts;
    const keys = needRestart(generation.now.config, next);
    this.#loads.count(keys.length === 0);
    if (keys.length > 0) {
      log.error("these keys need a restart, the configuration in use stays", { keys });
      return keys;
    }
    const prepared = await policy.prepare(next).catch((error) => this.#keepOld(UNREAD, error));
    if (prepared === null) return [];
    let sentence = UNISSUED;
    try {
      // Where pairs land is made before the gate looks there.
      await issuance.use(next);
      sentence = UNGIVEN;
      // Before anybody is told to ask there.
      await sds.open(next);
      await sds.use(next);
      sentence = SHUT;
      await gate.use(next);
    } catch (error) {
      await prepared.discard();
      this.#keepOld(sentence, error);
      await issuance.use(generation.now.config);
      await sds.use(generation.now.config);
      return [];
    }
    tls?.use(next);
    await generation.use(next, prepared.belief);
    await prepared.commit();
    this.#controlPlane.use(next);
    log.info("configuration reloaded", { envoy: generation.now.envoy.path });
    return [];
  }

  #keepOld(sentence: string, error: unknown): null {
    this.#loads.count(false);
    this.#parts.log.error(sentence, { error });
    return null;
  }

  reloadFailed(): void {
    this.#loads.count(false);
  }

  refused(): boolean {
    return this.#loads.refused;
  }

  /** What `/v1/status` says, without the gate. */
  statusWithoutGate(): Omit<AgentStatus, "gate"> {
    return { ...this.#parts.status(), ...this.#controlPlane.status() };
  }

  status(): AgentStatus {
    return { ...this.statusWithoutGate(), gate: this.#parts.core.gate.status() };
  }

  probe(patience: number): Promise<boolean> {
    return this.#probe.works(patience);
  }

  async stop(): Promise<void> {
    const { core: { generation, gate, policy, issuance, sds, verdicts }, grpc, doors, log, release } =
      this.#parts;
    try {
      generation.stop();
      clearInterval(this.#clockNotes);
      this.#probe.close();
      await this.#controlPlane.stop();
      // Its proofs are answered by what the gate publishes.
      await issuance.stop();
      await gate.close();
      await policy.stop();
      await sds.stop(0);
      grpc.setServing(false);
      const finished = await doors.close(this.#deadline);
      await verdicts.settled();
      log.info("certgate stopped", { every_call_finished: finished });
    } finally {
      await release();
    }
  }
}
