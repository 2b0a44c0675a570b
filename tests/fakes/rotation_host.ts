import { AgentRotation } from "../../lib/agent_rotation.ts";
import type { RotationAttempt, RotationEnd, RotationRunParts } from "../../lib/agent_rotation_run.ts";
import type { CertificateFacts } from "../../lib/model/mod.ts";
import { configSchema } from "../../lib/resources/mod.ts";
import type { PendingRotation, Situation } from "../../lib/rotation/mod.ts";
import { FakeLog } from "./fake_log.ts";
import { fakeMetrics } from "./fake_metrics.ts";

const DAY = 86_400_000;
/** When the first tree was made. */
export const MADE = Date.parse("2026-01-01T00:00:00Z");
/** From a day before it was made. */
export const LIFETIME = 301 * DAY;
/** `FF` is as late as it gets, `00` as soon. */
export const [LATE, SOON] = ["FF", "00"].map((byte) => Array(32).fill(byte).join(":"));

/** What an attempt may come to. */
export const answer = (outcome: "rotated" | "finished" | "refused" | "failed" | "interrupted" | "busy") => ({
  outcome,
  message: `it ${outcome}`,
  hint: "",
  fingerprint: null,
  warnings: [],
});

/** A host with a tree in memory, and clocks and timers that a test moves; nothing runs before `start`. */
export class RotationHost implements AsyncDisposable {
  wall = MADE;
  monotonic = 0;
  doubt = "";
  fingerprint = LATE;
  made = MADE;
  pending: PendingRotation | null = null;
  readonly attempts: Pick<RotationAttempt, "kind" | "mode" | "replaces">[] = [];
  /** What an attempt comes to; rotates unless told. */
  next: (parts: RotationRunParts) => RotationEnd | Promise<RotationEnd> = () => this.renew();
  readonly log = new FakeLog();
  readonly metrics = fakeMetrics();
  readonly stateDir = Deno.makeTempDirSync();
  agent!: AgentRotation;
  #timers: { at: number; ring: () => void }[] = [];

  config(rotation: Record<string, unknown>) {
    return configSchema.parse({
      stateDir: this.stateDir,
      rotation: {
        configHome: "/etc/envoy-gateway",
        automatic: true,
        renewAt: 0.67,
        jitter: 0.05,
        ...rotation,
      },
    });
  }

  /** Another process of certgate. */
  start(rotation: Record<string, unknown> = {}): void {
    this.#timers = [];
    this.agent = new AgentRotation(this.config(rotation), {
      log: this.log,
      metrics: this.metrics,
      time: () => ({ now: this.wall, doubt: this.doubt }),
      monotonic: () => this.monotonic,
      setTimer: (ring, milliseconds) => {
        const timer = { at: this.monotonic + milliseconds, ring };
        this.#timers.push(timer);
        return () => this.#timers = this.#timers.filter((other) => other !== timer);
      },
      look: () => Promise.resolve(this.found()),
      run: async ({ kind, mode, replaces }, parts) => {
        this.attempts.push({ kind, mode, replaces });
        return await this.next(parts);
      },
    });
  }

  found(): Pick<Situation, "reading" | "journal"> {
    const authority = {
      fingerprint: this.fingerprint,
      notBefore: this.made - DAY,
      notAfter: this.made - DAY + LIFETIME,
      names: [],
    } as unknown as CertificateFacts;
    const reading = {
      state: "whole",
      files: new Map(),
      missing: [],
      problem: null,
      authority,
      trust: [authority],
      leaves: { envoy: authority },
      generation: null,
    } as const;
    return { reading, journal: { rotatedAt: null, pending: this.pending } };
  }

  renew(): RotationEnd {
    const outcome = this.pending === null ? "rotated" : "finished";
    [this.made, this.fingerprint, this.pending] = [this.wall, SOON, null];
    return answer(outcome);
  }

  begin(): void {
    this.pending = {
      mode: "staged",
      phase: "trust",
      publishedAt: null,
      fingerprint: SOON,
      trust: "..a",
      leaves: "..b",
    };
  }

  /** Lets time pass for the process, a look at a time. */
  async pass(milliseconds: number): Promise<void> {
    const end = this.monotonic + milliseconds;
    await this.agent.settled();
    for (;;) {
      const next = this.#timers.filter(({ at }) => at <= end).sort((a, b) => a.at - b.at)[0];
      const step = (next?.at ?? end) - this.monotonic;
      this.monotonic += step;
      this.wall += step;
      if (next === undefined) return;
      this.#timers = this.#timers.filter((timer) => timer !== next);
      next.ring();
      await this.agent.settled();
    }
  }

  /** Sets the clock, as a suspended machine or a person does, and lets it be noticed. */
  async jump(time: number): Promise<void> {
    await this.agent.settled();
    this.wall = time;
    await this.pass(10_000);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.agent.stop();
    await Deno.remove(this.stateDir, { recursive: true });
  }
}
