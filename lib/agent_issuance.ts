import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import type { TrustedTime } from "./health/mod.ts";
import { ensurePrivateDirectory } from "./host/mod.ts";
import {
  type ChallengeBoard,
  type Issuance,
  type IssuanceOptions,
  openChallengeBoard,
  openIssuance,
  type PairJudge,
} from "./issuance/mod.ts";
import type { HttpChallenge, IssuanceStatus, Log, PlannedChallenge } from "./model/mod.ts";
import { type Keep, type Metrics, openKeep, type StatusKeeper } from "./outputs/mod.ts";
import type { Config } from "./resources/mod.ts";
import { GoodIntents } from "./agent_issuance_good.ts";
import { IssuanceBelief } from "./agent_issuance_belief.ts";
import type { GateIssuance, Planned } from "./agent_issuance_parts.ts";

/** What {@linkcode IssuanceHolder} is given from outside. */
export interface IssuanceParts {
  readonly log: Log;
  readonly metrics: Metrics;
  /** The time that is believed; while there is doubt nothing is asked for. */
  readonly time: () => TrustedTime;
  readonly keeper: StatusKeeper;
  /** The last word on a pair. */
  readonly judge: PairJudge;
  /** Called when the gate is to look again. */
  readonly onChange: () => void;
  /** For tests: who issues. */
  readonly openIssuer?: IssuanceOptions["openIssuer"];
}

/** Proofs that come together are published together. */
const BATCH = 100;
/** What is waited for changes words far more often than anybody reads them. */
const WORDS = 1000;

/** Issues what annotations ask for, where the configuration says so, and tells the gate what is waited for. */
export class IssuanceHolder implements GateIssuance {
  readonly #parts: IssuanceParts;
  readonly #board: ChallengeBoard;
  readonly #ports = new Map<string, number>();
  #config: Config | null = null;
  #engine: Issuance | null = null;
  #keep: Keep | null = null;
  #belief: IssuanceBelief | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #due = Infinity;

  constructor(parts: IssuanceParts) {
    this.#parts = parts;
    // Envoy is on this host. Its public name may lead past it, or back to it only for others.
    this.#board = openChallengeBoard({
      address: (hostname) => `127.0.0.1:${this.#ports.get(hostname) ?? 80}`,
    });
    this.#board.onChange(() => this.#tell(BATCH));
  }

  /**
   * Takes a configuration into use. Pairs that are there stay; what was being asked for is gone on with.
   *
   * @throws What opening it throws; what was in use before is then in use again.
   */
  async use(config: Config): Promise<void> {
    const before = this.#config;
    const isSame = before !== null && isDeepStrictEqual(engineKeys(before), engineKeys(config));
    this.#config = config;
    if (isSame) {
      this.#belief?.use(config);
      return this.#tell(0);
    }
    await this.#close();
    try {
      await this.#open(config);
    } catch (error) {
      this.#config = before;
      if (before !== null) await this.#open(before);
      throw error;
    }
    this.#tell(0);
  }

  planned(input: Parameters<GateIssuance["planned"]>[0]): Planned {
    return this.#belief?.planned(input) ?? { pairs: input.pairs, findings: [], isPending: false };
  }

  challenges(): readonly HttpChallenge[] {
    return this.#engine === null ? [] : this.#board.list();
  }

  answered(challenges: readonly PlannedChallenge[]): void {
    for (const { challenge, problem, ports } of challenges) {
      if (problem !== "") this.#board.refuse(challenge, problem);
      else this.#ports.set(challenge.hostname, ports[0]);
    }
  }

  /** What `/v1/status` says of it; `null` while it is off. */
  status(): IssuanceStatus | null {
    return this.#belief?.status() ?? null;
  }

  /** Ends what is under way; it goes on at the next start. */
  async stop(): Promise<void> {
    await this.#close();
    this.#config = null;
  }

  async #open(config: Config): Promise<void> {
    const { output } = config.issuance;
    if (output === undefined) return;
    const { log, keeper } = this.#parts;
    if (config.gate.resources === undefined) {
      log.warn("nothing is issued without the gate, whose resources say what is wanted", { output });
      return;
    }
    const problem = await ensurePrivateDirectory(output);
    if (problem !== undefined) throw new Error(problem);
    const { stateDir } = config;
    const { issuers, issuance } = config;
    this.#engine = await openIssuance({
      ...this.#parts,
      config: { issuers, issuance },
      stateDir,
      challenges: this.#board,
      onChange: () => this.#tell(WORDS),
    });
    this.#keep = await openKeep(join(stateDir, "issuance", "intents"), log);
    const good = new GoodIntents(this.#keep);
    this.#belief = new IssuanceBelief(config, { engine: this.#engine, good, keeper, directory: output });
  }

  async #close(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#due = Infinity;
    const engine = this.#engine;
    this.#engine = null;
    this.#belief = null;
    await engine?.stop();
    await this.#keep?.settled();
    this.#keep = null;
  }

  /** Has the gate look again, once for everything that comes within the time. */
  #tell(within: number): void {
    const due = performance.now() + within;
    if (due >= this.#due) return;
    clearTimeout(this.#timer);
    this.#due = due;
    this.#timer = setTimeout(() => {
      this.#due = Infinity;
      this.#parts.onChange();
    }, within);
  }
}

function engineKeys({ issuers, issuance, gate, stateDir }: Config) {
  return { issuers, issuance, isOpen: gate.resources !== undefined, stateDir };
}
