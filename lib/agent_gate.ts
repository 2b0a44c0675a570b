import { Alarm } from "./host/mod.ts";
import type { EnvoyStatus, GateStatus } from "./model/mod.ts";
import { showEnvoys } from "./outputs/mod.ts";
import type { Config } from "./resources/mod.ts";
import type { DarkHostname, OpenSpan } from "./server/mod.ts";
import { DeliveryTracker } from "./agent_delivery.ts";
import type { GateParts } from "./agent_gate_parts.ts";
import { type GateBase, openGateBase } from "./agent_gate_base.ts";
import { makeGateLoops } from "./agent_gate_loops.ts";
import { GateProgress } from "./agent_gate_progress.ts";
import type { GateLog } from "./agent_gate_log.ts";
import { reconcileAttributes } from "./agent_gate_span.ts";
import { type Judged, judgeEverything } from "./agent_gate_judge.ts";
import { gatewayTest, listDark } from "./agent_gate_plan.ts";
import { GatePublisher } from "./agent_gate_publisher.ts";
import { showView } from "./agent_gate_show.ts";
import type { GateInputs } from "./agent_inputs.ts";
import { EnvoyLooks } from "./agent_looks.ts";
import type { Loop } from "./agent_loop.ts";
import { Nudger } from "./agent_nudger.ts";
import { PairBook } from "./agent_pairs.ts";
import type { GateView } from "./agent_status.ts";

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
  /** Judges what stands on disk, and hands Envoys what they ask certgate for. */
  readonly #work: Loop;
  /** Publishes what is believed; another policy waits neither for pairs nor for Envoy Gateway. */
  readonly #publishing: Loop;
  /** Milliseconds that judging took last. */
  #effort = 0;
  readonly #looks: EnvoyLooks;
  readonly #nudger: Nudger;
  readonly #progress: GateProgress;
  readonly #keepSettled: () => Promise<void>;
  readonly #guard: ReturnType<typeof setInterval>;
  #judged: Omit<Judged, "now" | "again"> | null = null;
  #view: GateView | null = null;
  #status: GateStatus | null = null;
  #dark: readonly DarkHostname[] = [];
  #stopped = false;
  /** Whether verdicts were made anew since it was shown. */
  #evaluated = false;
  /** Whether Envoy Gateway is to be made to call again: that does not wait until it calls. */
  #nudged = false;
  /** Whether what is published next does not wait either. */
  #urgent = false;
  /** Whether something is further than what is shown. */
  #moved = false;

  private constructor(config: Config, parts: GateParts, made: GateBase) {
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
    const { work, publishing } = makeGateLoops({
      spacing: parts.spacing,
      direct: parts.sds.wanted(config),
      isHurried: () => ({ judge: this.#nudged, publish: this.#urgent }),
      isDigesting: () => this.#delivery.digesting,
      effort: () => this.#effort,
    }, {
      judge: (span) => this.#reconcile(span),
      publish: () => this.#publish(),
      onError,
    });
    this.#work = work;
    this.#publishing = publishing;
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
    this.#progress = new GateProgress(this.#delivery, this.#nudger, made.directory !== null);
    this.#guard = setInterval(() => this.#guardOutput(), config.watch.pollInterval);
  }

  /** Opens the gate; resolves when everything was looked at and published once. */
  static async open(config: Config, parts: GateParts): Promise<Gate> {
    let gate: Gate | null = null;
    gate = new Gate(config, parts, await openGateBase(config, parts, () => gate?.wake()));
    // What Envoy has served all along must not look, after a start, as if it were only now on its way there.
    await gate.#looks.first();
    gate.#work.poke();
    await gate.#work.settled();
    await gate.#publishing.settled();
    gate.#looks.poke();
    return gate;
  }

  /** What is believed now; `null` if not even the first look came to an end. */
  status(): GateStatus | null {
    const isPending = this.#busy || this.#parts.sds.pending() > 0;
    return this.#status === null || !isPending ? this.#status : { ...this.#status, converged: false };
  }

  get #busy(): boolean {
    return this.#work.pending || this.#publishing.pending;
  }

  /** Hostnames that are left out of what Envoy Gateway is given. */
  dark(): readonly DarkHostname[] {
    return this.#dark;
  }

  /** Looks soon whether the Envoys have what they were given. */
  look(): void {
    this.#looks.hurry();
  }

  /** Looks at everything again, soon. */
  wake(): void {
    this.#work.poke();
  }

  /** Publishes what is believed with the policy that has just come into use. */
  policyChanged(): void {
    this.#nudger.renewed();
    if (this.#judged === null) return;
    this.#urgent = true;
    this.#publishing.poke();
  }

  /** Takes note of an answered hook call. */
  answered(call: Parameters<GateProgress["answered"]>[0]): void {
    const { wentOn, moved } = this.#progress.answered(call);
    this.#moved ||= moved;
    if (wentOn) this.#looks.hurry();
  }

  /** Ends everything and writes what is to be kept. What was published stays. */
  async stop(): Promise<void> {
    this.#stopped = true;
    clearInterval(this.#guard);
    this.#alarm.close();
    this.#nudger.stop();
    await Promise.all([this.#work.stop(), this.#publishing.stop(), this.#looks.stop(), this.#inputs.stop()]);
    await Promise.all([this.#keepSettled(), this.#parts.keeper.settled()]);
  }

  /** Without its file Envoy Gateway ends every Envoy at once, so one that somebody took away comes back soon. */
  async #guardOutput(): Promise<void> {
    // What could not be written is tried again anyway.
    if (this.#busy || this.#view === null || this.#view.output.message !== "") return;
    if (!await this.#publisher.intact() && !this.#stopped) this.#work.poke();
  }

  /** @returns whether the next time is to keep its distance. */
  async #reconcile(span: OpenSpan): Promise<boolean> {
    const started = performance.now();
    this.#urgent ||= this.#nudged;
    this.#nudged = false;
    const { now, again, ...believed } = await judgeEverything(this.#inputs, this.#book, {
      config: this.#config,
      parts: this.#parts,
      nudge: this.#nudger.count,
    });
    this.#judged = believed;
    this.#dark = listDark(believed.plan);
    span.set(() => reconcileAttributes(believed.plan));
    this.#alarm.set(
      Math.min(believed.edge ?? Infinity, now + Math.min(REMINDER, again ?? Infinity)),
      () => this.#work.poke(),
    );
    this.#parts.onGateways(gatewayTest(believed.plan));
    this.#evaluated = true;
    if (this.#delivery.digesting) this.#tell();
    this.#publishing.poke();
    this.#effort = performance.now() - started;
    this.#parts.metrics.observe("certgate_gate_reconcile_duration_seconds", this.#effort / 1000);
    return true;
  }

  /** Says what is believed where it is published only later. */
  #tell(): void {
    if (this.#view === null) return;
    const { output } = this.#view;
    this.#view = { ...this.#judged!, plan: this.#publisher.stamped(this.#judged!.plan), output };
    this.#log.tell(
      { ...this.#view, pairs: this.#view.pairs.values(), problem: output.message },
      this.#parts.clock(),
    );
    this.#show();
  }

  /**
   * Writes what is believed now, with the policy that is in use now.
   *
   * @returns whether something was published, so that Envoy Gateway has work to do.
   */
  async #publish(): Promise<boolean> {
    this.#urgent = false;
    const { plan, output, written } = await this.#publisher.publish(() => {
      this.#parts.policy.planned(this.#judged!.plan);
      return this.#judged!.plan;
    });
    const now = this.#parts.clock();
    this.#view = { ...this.#judged!, plan, output };
    this.#progress.published(written.changed);
    if (written.problem !== "") {
      this.#alarm.set(Math.min(this.#view.edge ?? Infinity, now + RETRY), () => this.#work.poke());
    } else if (written.changed) this.#log.published(written.revision, plan);
    this.#log.tell({ ...this.#view, pairs: this.#view.pairs.values(), problem: written.problem }, now);
    this.#show();
    this.#looks.hurry();
    return written.changed;
  }

  #noteEnvoys(envoys: readonly EnvoyStatus[]): "moved" | "waiting" | "arrived" {
    const moved = this.#delivery.looked(envoys) || this.#moved;
    this.#parts.policy.looked(envoys, this.#delivery.expectsMore);
    showEnvoys(this.#parts.metrics, envoys);
    if (moved) this.#show();
    if (this.#status?.converged && !this.#parts.policy.waiting()) return "arrived";
    return moved ? "moved" : "waiting";
  }

  #show(): void {
    if (this.#view === null) return;
    const evaluated = this.#evaluated;
    this.#moved = this.#evaluated = false;
    this.#status = showView(this.#view, { ...this.#parts, delivery: this.#delivery, evaluated });
  }
}
