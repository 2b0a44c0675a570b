import { join } from "node:path";
import { Alarm } from "./host/mod.ts";
import type { EnvoyStatus, GateStatus } from "./model/mod.ts";
import { openEgDirectory, openKeep, type Published, showEnvoys } from "./outputs/mod.ts";
import type { Config } from "./resources/mod.ts";
import { type AnsweredCall, type DarkHostname, inSpan, type OpenSpan } from "./server/mod.ts";
import { DeliveryTracker } from "./agent_delivery.ts";
import type { GateParts } from "./agent_gate_parts.ts";
import type { GateLog } from "./agent_gate_log.ts";
import { reconcileAttributes } from "./agent_gate_span.ts";
import { type Judged, judgeEverything } from "./agent_gate_judge.ts";
import { gatewayTest, listDark, readNudge } from "./agent_gate_plan.ts";
import { GatePublisher } from "./agent_gate_publisher.ts";
import { showView } from "./agent_gate_show.ts";
import { GateInputs } from "./agent_inputs.ts";
import { EnvoyLooks } from "./agent_looks.ts";
import { type Loop, makeLoop } from "./agent_loop.ts";
import { Nudger } from "./agent_nudger.ts";
import { PairBook } from "./agent_pairs.ts";
import type { GateView } from "./agent_status.ts";

// The first change is published at once; a second within this time waits, so that a storm is a few reloads.
const SPACING = 1000;
const RETRY = 5000;
// What is still wrong is said again.
const REMINDER = 3_600_000;

/**
 * Layer one: from what stands on disk to what Envoy Gateway is given, again at every change and at every edge.
 *
 * - Nothing is written while nothing changes.
 * - What cannot be published whole is not published; what was published stays.
 */
export class Gate {
  readonly #parts: GateParts;
  readonly #config: Config;
  readonly #inputs: GateInputs;
  readonly #book: PairBook;
  readonly #publisher: GatePublisher;
  readonly #delivery: DeliveryTracker;
  readonly #log: GateLog;
  readonly #alarm: Alarm;
  readonly #work: Loop;
  /** Publishes what is believed already with another policy; that waits neither for pairs nor for Envoy Gateway. */
  readonly #stamps: Loop;
  readonly #looks: EnvoyLooks;
  readonly #nudger: Nudger;
  readonly #keepSettled: () => Promise<void>;
  readonly #guard: ReturnType<typeof setInterval>;
  #judged: Omit<Judged, "now" | "again"> | null = null;
  #view: GateView | null = null;
  #status: GateStatus | null = null;
  #dark: readonly DarkHostname[] = [];
  #stopped = false;
  /** Whether Envoy Gateway is to be made to call again: that does not wait until it calls. */
  #nudged = false;
  /** Whether something is further than what is shown. */
  #moved = false;

  private constructor(config: Config, parts: GateParts, made: {
    inputs: GateInputs;
    directory: Awaited<ReturnType<typeof openEgDirectory>>;
    keep: Awaited<ReturnType<typeof openKeep>>;
    nudge: number;
  }) {
    this.#parts = parts;
    this.#config = config;
    this.#inputs = made.inputs;
    this.#delivery = new DeliveryTracker({ expectsEnvoy: config.envoy.admin !== "none", clock: parts.clock });
    const { directory } = made;
    this.#publisher = new GatePublisher({ directory, delivery: this.#delivery, ...parts });
    this.#book = new PairBook(made.keep, parts.log);
    this.#keepSettled = () => made.keep.settled();
    this.#log = parts.said;
    const onError = (what: string) => (error: unknown) => {
      parts.log.error("a piece of work of the gate failed, it is tried again", { what, error });
      this.#alarm.set(parts.clock() + RETRY, () => this.#work.poke());
    };
    this.#work = makeLoop(() => inSpan("gate.reconcile", {}, (span) => this.#reconcile(span)), {
      spacing: parts.spacing ?? SPACING,
      mayBegin: () => this.#nudged || !this.#delivery.digesting,
      onError: onError("publish"),
    });
    const { spacing = SPACING } = parts;
    this.#stamps = makeLoop(() => this.#stamp(), { spacing, onError: onError("policy") });
    this.#looks = new EnvoyLooks(config.envoy, {
      routes: () => parts.policy.waiting(),
      onLook: (envoys) => this.#noteEnvoys(envoys),
      onError: onError("look"),
    });
    this.#alarm = new Alarm({
      clock: parts.clock,
      setTimer: parts.setTimer,
      onJump: () => this.#work.poke(),
    });
    this.#nudger = new Nudger(made.nudge, {
      log: parts.log,
      onNudge: (cause) => {
        parts.metrics.add("certgate_gate_nudges_total", { cause });
        this.#nudged = true;
        this.#work.poke();
      },
    });
    this.#guard = setInterval(() => this.#guardOutput(), config.watch.pollInterval);
  }

  /** Opens the gate; resolves when everything was looked at and published once. */
  static async open(config: Config, parts: GateParts): Promise<Gate> {
    const { resources, output } = config.gate;
    if (resources === undefined || output === undefined) throw new TypeError("The gate is off");
    const { log, metrics, clock } = parts;
    let gate: Gate | null = null;
    const nudge = await readNudge(output);
    const [inputs, directory, keep] = await Promise.all([
      GateInputs.open(resources, { config, log, metrics, clock, onChange: () => gate?.wake() }),
      openEgDirectory({ directory: output, log, metrics, clock }),
      openKeep(join(config.stateDir, "pairs"), log),
    ]);
    gate = new Gate(config, parts, { inputs, directory, keep, nudge });
    // What Envoy has served all along must not look, after a start, as if it were only now on its way there.
    await gate.#looks.first();
    gate.#work.poke();
    await gate.#work.settled();
    gate.#looks.poke();
    return gate;
  }

  /** What is believed now; `null` if not even the first look came to an end. */
  status(): GateStatus | null {
    if (this.#status === null || !this.#work.pending) return this.#status;
    return { ...this.#status, converged: false };
  }

  /** Hostnames that are left out of what Envoy Gateway is given. */
  dark(): readonly DarkHostname[] {
    return this.#dark;
  }

  /** Looks at everything again, soon. */
  wake(): void {
    this.#work.poke();
  }

  /** Publishes what is believed with the policy that has just come into use. */
  policyChanged(): void {
    this.#nudger.renewed();
    this.#stamps.poke();
  }

  /** Takes note of an answered hook call. */
  answered(
    { gateways, outcome, passing, hook }: Pick<AnsweredCall, "gateways" | "outcome" | "passing" | "hook">,
  ): void {
    // What it lacks may be there the next time, and Envoy Gateway does not come back for it by itself.
    if (outcome === "error" || outcome === "degraded" && passing) this.#nudger.failed();
    if (outcome === "error" || hook !== "PostTranslateModify") return;
    this.#nudger.answered(gateways.length);
    if (this.#delivery.answered(gateways)) this.#moved = true;
    this.#noteProgress(this.#delivery.isOlder(gateways));
    this.#looks.hurry();
  }

  /** @param shownOlder Whether a call has just carried something older than what was published. */
  #noteProgress(shownOlder: boolean): void {
    const since = this.#delivery.pendingSince();
    if (since === null) this.#nudger.caughtUp();
    else this.#nudger.behind(since, { shownOlder, usual: this.#delivery.usual });
  }

  /** Ends everything and writes what is to be kept. What was published stays. */
  async stop(): Promise<void> {
    this.#stopped = true;
    clearInterval(this.#guard);
    this.#alarm.close();
    this.#nudger.stop();
    await Promise.all([this.#work.stop(), this.#stamps.stop(), this.#looks.stop(), this.#inputs.stop()]);
    await Promise.all([this.#keepSettled(), this.#parts.keeper.settled()]);
  }

  /** Without its file Envoy Gateway ends every Envoy at once, so one that somebody took away comes back soon. */
  async #guardOutput(): Promise<void> {
    // What could not be written is tried again anyway.
    if (this.#work.pending || this.#view === null || this.#view.output.message !== "") return;
    if (!await this.#publisher.intact() && !this.#stopped) this.#work.poke();
  }

  /** @returns whether something was published, so that Envoy Gateway has work to do. */
  async #reconcile(span: OpenSpan): Promise<boolean> {
    const started = performance.now();
    this.#nudged = false;
    const { now, again, ...believed } = await judgeEverything(this.#inputs, this.#book, {
      config: this.#config,
      parts: this.#parts,
      nudge: this.#nudger.count,
    });
    this.#judged = believed;
    this.#dark = listDark(believed.plan);
    const written = await this.#publish();
    const { plan } = this.#view!;
    span.set(() => reconcileAttributes(plan, written.changed));
    const pause = Math.min(written.problem !== "" ? RETRY : REMINDER, again ?? Infinity);
    this.#alarm.set(Math.min(believed.edge ?? Infinity, now + pause), () => this.#work.poke());
    this.#log.tell({ ...this.#view!, pairs: believed.pairs.values(), problem: written.problem }, now);
    this.#parts.onGateways(gatewayTest(plan));
    const seconds = (performance.now() - started) / 1000;
    this.#parts.metrics.observe("certgate_gate_reconcile_duration_seconds", seconds);
    this.#show(true);
    this.#looks.hurry();
    return written.changed;
  }

  /** @returns whether something was published. */
  async #stamp(): Promise<boolean> {
    if (this.#judged === null) return false;
    const { changed, problem } = await this.#publish();
    if (problem !== "") this.#work.poke();
    this.#show(false);
    this.#looks.hurry();
    return changed;
  }

  /** Writes what is believed now, with the policy that is in use now. */
  async #publish(): Promise<Published> {
    const { plan, output, written } = await this.#publisher.publish(() => {
      this.#parts.policy.planned(this.#judged!.plan);
      return this.#judged!.plan;
    });
    this.#view = { ...this.#judged!, plan, output };
    this.#nudger.published(written.changed);
    this.#noteProgress(false);
    if (written.problem === "" && written.changed) this.#log.published(written.revision, plan);
    return written;
  }

  #noteEnvoys(envoys: readonly EnvoyStatus[]): "moved" | "waiting" | "arrived" {
    const moved = this.#delivery.looked(envoys) || this.#moved;
    this.#parts.policy.looked(envoys, this.#delivery.expectsMore);
    showEnvoys(this.#parts.metrics, envoys);
    if (moved) this.#show(false);
    if (this.#status?.converged && !this.#parts.policy.waiting()) return "arrived";
    return moved ? "moved" : "waiting";
  }

  /** @param evaluated Whether verdicts were made anew, rather than only Envoy looked at. */
  #show(evaluated: boolean): void {
    if (this.#view === null) return;
    this.#moved = false;
    this.#status = showView(this.#view, { ...this.#parts, delivery: this.#delivery, evaluated });
  }
}
