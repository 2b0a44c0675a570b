import type { FailureKind, PolicyEntry, PolicyStep } from "../model/mod.ts";
import type { PolicyContext } from "./policy_context.ts";
import { spoil } from "./_spoil.ts";
import type { MutationFailure, Target } from "./target.ts";

/** How a mutation is run. */
export interface RunOptions {
  /** Fault injection: `throw` lets every target fail, `garbage` makes steps that Envoy would refuse. */
  readonly fault?: "throw" | "garbage";
  /** Asked before each target; once it says yes, the targets that are left fail with `deadline`. */
  readonly isLate?: () => boolean;
}

/** How one kind of subject is planned. */
export interface Job<Subject> {
  /** What fails where planning throws. */
  target(subject: Subject): Target;
  /** Adds steps. */
  plan(subject: Subject, run: Run): void;
}

/** Ends a run early. */
export class Late extends Error {
  override name = "Late";
}

/** One run of one mutation: takes steps, and keeps a failure with the target that it belongs to. */
export class Run {
  readonly steps: PolicyStep[] = [];
  readonly failures: MutationFailure[] = [];
  /** Policies that stand on a route already. */
  readonly standing: Set<PolicyEntry> = new Set();
  readonly #options: RunOptions;

  /** Begins a run. */
  constructor(readonly context: PolicyContext, options: RunOptions) {
    this.#options = options;
  }

  /**
   * Plans one target; whatever is thrown inside stays with that target, which then has no step.
   *
   * @throws Late where the time is over.
   */
  attempt<Subject>(subject: Subject, job: Job<Subject>): void {
    if (this.#options.isLate?.()) throw new Late();
    const before = this.steps.length;
    try {
      job.plan(subject, this);
    } catch (error) {
      if (error instanceof Late) throw error;
      this.steps.length = before;
      this.fail(job.target(subject), "threw", messageOf(error));
    }
  }

  /** Adds a step to the target that is being planned. */
  add(step: PolicyStep): void {
    const { fault } = this.#options;
    if (fault === "throw") throw new Error("a fault was injected");
    this.steps.push(fault === "garbage" ? spoil(step, this.context.snapshot) : step);
  }

  /** A target that goes without its change. */
  fail(target: Target, kind: FailureKind, message: string): void {
    this.failures.push({ target, kind, message });
  }

  /** A target that does not read; its failure policy says whether it goes out as it came. */
  skip(target: Target, what: string): void {
    this.fail(target, "malformed", `${what} does not read`);
  }
}

/** What is said of anything that was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
