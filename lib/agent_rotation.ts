import { Alarm, type SetTimer } from "./host/mod.ts";
import type { TrustedTime } from "./health/mod.ts";
import type { ControlPlaneStatus, Log } from "./model/mod.ts";
import type { Metrics } from "./outputs/mod.ts";
import type { Config } from "./resources/mod.ts";
import {
  decideAutomatic,
  forgetOwnRotation,
  isOwnRotation,
  lookAround,
  noteOwnRotation,
  rotationMoment,
  type Situation,
} from "./rotation/mod.ts";
import { makeLoop } from "./agent_loop.ts";
import { logBegin, logEnd, logProgress } from "./agent_rotation_log.ts";
import { rfc3339 } from "./agent_names.ts";
import {
  type RotationAttempt,
  type RotationEnd,
  type RotationRunParts,
  type RunRotation,
  runRotation,
} from "./agent_rotation_run.ts";
import {
  controlPlaneStatus,
  type ControlPlaneView,
  countedAs,
  showControlPlane,
} from "./agent_rotation_status.ts";

/** What the automatic rotation is given. */
export interface RotationParts {
  readonly log: Log;
  readonly metrics: Metrics;
  /** The time to judge by, and whether it is believed. */
  readonly time: () => TrustedTime;
  /** Milliseconds of a clock that never jumps; `performance.now` unless told. */
  readonly monotonic?: () => number;
  readonly setTimer?: SetTimer;
  /** Looks at a tree; {@linkcode lookAround} unless told. */
  readonly look?: (configHome: string) => Promise<Pick<Situation, "reading" | "journal">>;
  /** Restarts who does not read anew. */
  readonly dependents?: RotationRunParts["dependents"];
  /** Does it; {@linkcode runRotation} unless told. */
  readonly run?: RunRotation;
}

/** Milliseconds between looks: a command may rotate too, and the tree may be another one at any time. */
const LOOK = 10_000;
/** A clock that has jumped may jump again: the machine has just woken up, and its time servers have not answered yet. */
const STEADY = 60_000;
/** Milliseconds until a failed attempt is made again; twice as long each time. */
const BACK_OFF = { first: 60_000, most: 3_600_000 };
/** A command that is at it ends within minutes. */
const BUSY = 15_000;

/**
 * Watches the certificates of the control plane, rotates them when they are due, and goes on with what was begun.
 *
 * - Changes nothing unless `rotation.automatic` is on, or to finish what it has begun itself.
 * - Nobody waits for it: neither the start, nor a reload, nor the gate and the hook.
 * - Never two at once: the lock of the tree is held meanwhile. Another one that has it is no failure.
 */
export class AgentRotation {
  readonly #parts: RotationParts;
  readonly #look: NonNullable<RotationParts["look"]>;
  readonly #run: RunRotation;
  readonly #monotonic: () => number;
  readonly #alarm: Alarm;
  readonly #loop;
  readonly #stop = new AbortController();
  #config: Config;
  #attempt: { readonly what: RotationAttempt; readonly ended: Promise<void> } | null = null;
  #view: ControlPlaneView | null = null;
  #failure: ControlPlaneStatus["failure"] = null;
  /** By the clock that never jumps. */
  #notBefore = -Infinity;
  #steadyFrom = -Infinity;
  #said = "";

  /** Begins to look. */
  constructor(config: Config, parts: RotationParts) {
    this.#config = config;
    this.#parts = parts;
    this.#look = parts.look ?? lookAround;
    this.#run = parts.run ?? runRotation;
    this.#monotonic = parts.monotonic ?? (() => performance.now());
    this.#alarm = new Alarm({
      clock: () => parts.time().now,
      monotonic: this.#monotonic,
      setTimer: parts.setTimer,
      onJump: () => {
        this.#steadyFrom = this.#monotonic() + STEADY;
        this.#loop.poke();
      },
    });
    this.#loop = makeLoop(() => this.#turn(), {
      spacing: 0,
      onError: (error) => {
        parts.log.error("the certificates of the control plane could not be looked at, this is tried again", {
          error,
        });
        this.#wait(LOOK);
      },
    });
    this.#loop.poke();
  }

  /** Takes another configuration; a rotation under way ends as it began. */
  use(config: Config): void {
    this.#config = config;
    this.#notBefore = -Infinity;
    this.#loop.poke();
  }

  /** As `/v1/status` shows it; not there where nothing is watched, or before the first look. */
  status(): ControlPlaneStatus | undefined {
    return this.#view === null ? undefined : controlPlaneStatus(this.#view, this.#parts.time().now);
  }

  /** Resolves when everything asked for so far was looked at, and no attempt runs. */
  async settled(): Promise<void> {
    do {
      await this.#loop.settled();
      await this.#attempt?.ended;
    } while (this.#loop.pending || this.#attempt !== null);
  }

  /** Ends every wait at once. What was begun goes on at the next start. */
  async stop(): Promise<void> {
    this.#stop.abort();
    this.#alarm.close();
    await this.#loop.stop();
    await this.#attempt?.ended;
  }

  async #turn(): Promise<boolean> {
    const config = this.#attempt?.what.config ?? this.#config;
    const { rotation: { configHome, automatic, mode, ...rule }, stateDir } = config;
    if (configHome === undefined) {
      this.#show(null);
      return false;
    }
    const found = await this.#look(configHome);
    const { pending } = found.journal;
    const own = pending !== null && await isOwnRotation(stateDir, configHome);
    const { now, doubt } = this.#parts.time();
    const moment = automatic ? rotationMoment(found.reading, rule) : null;
    const left = (until: number) => Math.max(0, until - this.#monotonic());
    const [backOff, unsteady] = [left(this.#notBefore), left(this.#steadyFrom)];
    const step = decideAutomatic({ automatic, mode, moment, pending, own, now, doubt, backOff, unsteady });
    // Somebody else has done it, or it is not wanted any more.
    if (step.kind === "wait" && step.held === "" && this.#attempt === null) this.#failure = null;
    const view = { configHome, found, own: own || automatic, automatic, moment, failure: this.#failure };
    this.#show({ ...view, held: step.kind === "wait" ? step.held : "" });
    if (step.kind !== "wait" && this.#attempt === null && !this.#stop.signal.aborted) {
      const replaces = step.kind === "rotate" ? found.reading.authority!.fingerprint : null;
      this.#begin({ config, kind: step.kind, mode: step.mode, replaces });
    }
    // What has passed is waited for by the next look.
    const ahead = [(moment ?? Infinity) - now, backOff, unsteady].filter((wait) => wait > 0);
    this.#wait(Math.min(LOOK, ...ahead));
    return false;
  }

  #wait(milliseconds: number): void {
    this.#alarm.set(this.#parts.time().now + milliseconds, () => this.#loop.poke());
  }

  #show(view: ControlPlaneView | null): void {
    this.#view = view;
    showControlPlane(this.#parts.metrics, view);
    const held = view?.held ?? "";
    if (held !== this.#said && held !== "") {
      this.#parts.log.warn("a rotation of the control plane is due and waits", { reason: held });
    }
    this.#said = held;
  }

  #begin(what: RotationAttempt): void {
    const ended = this.#try(what).catch((error): RotationEnd => ({
      outcome: "failed",
      message: `Cannot rotate: ${(error as Error).message}`,
      hint: "",
      fingerprint: null,
      warnings: [],
    })).then((end) => {
      this.#take(what, end);
      this.#attempt = null;
      this.#loop.poke();
    });
    this.#attempt = { what, ended };
  }

  async #try(what: RotationAttempt): Promise<RotationEnd> {
    const { stateDir, rotation: { configHome } } = what.config;
    const { log, time } = this.#parts;
    const known = await isOwnRotation(stateDir, configHome!);
    if (!known) await noteOwnRotation(stateDir, configHome!);
    logBegin(log, what);
    const end = await this.#run(what, {
      clock: () => time().now,
      dependents: this.#parts.dependents,
      signal: this.#stop.signal,
      say: (progress) => {
        logProgress(log, progress);
        if (progress.kind !== "waiting") this.#loop.poke();
      },
    });
    // What was interrupted or has failed may be half done, and is still this certgate's to finish.
    const { pending } = (await this.#look(configHome!)).journal;
    if (pending === null || !known && end.outcome === "busy") await forgetOwnRotation(stateDir);
    return end;
  }

  #take({ mode }: RotationAttempt, end: RotationEnd): void {
    const { log, metrics, time } = this.#parts;
    const outcome = countedAs(end.outcome);
    if (outcome !== null) metrics.add("certgate_rotations_total", { mode, outcome });
    let [tries, wait] = [0, end.outcome === "busy" ? BUSY : 0];
    if (end.outcome === "failed" || end.outcome === "refused") {
      tries = (this.#failure?.tries ?? 0) + 1;
      wait = Math.min(BACK_OFF.most, BACK_OFF.first * 2 ** (tries - 1));
      this.#failure = { message: end.message, hint: end.hint, at: rfc3339(time().now), tries };
    } else if (outcome === "rotated" || outcome === "finished") this.#failure = null;
    this.#notBefore = this.#monotonic() + wait;
    logEnd(log, mode, end, { tries, wait });
  }
}
