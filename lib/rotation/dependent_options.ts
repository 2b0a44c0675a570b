import type { DependentOutcome, DependentReason, Log } from "../model/mod.ts";
import type { FaultPoint } from "./tree_directory.ts";
import type { RestartPrograms } from "./restart_method.ts";

/** What a restart of dependents needs to know, and where it takes time and patience from. */
export interface DependentOptions {
  /** SHA-256 of the authority that they have to read, as `RotationResult` has it. */
  readonly fingerprint: string;
  /** The state directory of certgate; what has been done is written down in `dependents` below it. */
  readonly stateDir: string;
  /** Where it is told. */
  readonly log: Log;
  /** Milliseconds since the epoch. */
  readonly clock: () => number;
  /** Waits; ends early when the signal comes, with or without an error. */
  readonly sleep: (milliseconds: number, signal?: AbortSignal) => Promise<void>;
  /** Ends it between two steps; what is left is done the next time. */
  readonly signal?: AbortSignal;
  /** Hears of each outcome that was not known before, e.g. to count it. */
  readonly tally?: (name: string, outcome: DependentOutcome) => void;
  /** For tests. */
  readonly at?: FaultPoint;
  /** For tests; the programs of the host unless told. */
  readonly programs?: RestartPrograms;
}

/** What became of one instance. */
export interface InstanceResult {
  /** Method and target, e.g. `systemd:ratelimit.service`. */
  readonly instance: string;
  /** What became of it. */
  readonly outcome: DependentOutcome;
  readonly reason: DependentReason;
  /** More about that; empty if there is nothing. */
  readonly detail: string;
}

/** What became of one dependent. */
export interface DependentResult {
  readonly name: string;
  /** `known` was done before for this authority, and nothing was done now; `failed` is to be tried again. */
  readonly outcome: "done" | "known" | "failed";
  /** When to try again, milliseconds since the epoch; `null` unless it failed. */
  readonly retryAt: number | null;
  readonly instances: readonly InstanceResult[];
}
