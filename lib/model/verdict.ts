import type { Cause, Reason, WarningCode } from "./reasons.ts";

/** What is done with a pair: `serve` it, `withhold` it because it is proved unusable, or `leave` it untouched. */
export type Action = "serve" | "withhold" | "leave";

/** The judgement of one pair at one time. */
export interface Verdict {
  /** What is done. */
  readonly action: Action;
  /** Why, for conditions and people. */
  readonly reason: Reason;
  /** Why, for machines. */
  readonly cause: Cause;
  /** What was seen, for an engineer; empty if there is nothing to add to the cause. */
  readonly detail: string;
  /** The next moment, in milliseconds since the epoch, at which the verdict changes by itself; `null` if never. */
  readonly edge: number | null;
  /** Dates of the host's own certificate, milliseconds since the epoch, where they are known; for messages. */
  readonly validity?: { readonly notBefore: number; readonly notAfter: number };
}

/** Advice about a pair. */
export interface Warning {
  /** What it is about, for machines. */
  readonly code: WarningCode;
  /** One sentence for a person. */
  readonly message: string;
}

/** How the dates of a certificate are judged. */
export interface JudgeOptions {
  /** Milliseconds before notAfter at which a certificate counts as expired. The backstop uses 0, the gate 60,000. */
  readonly margin?: number;
  /** `serve` lets expired certificates through (Envoy loads them). Default `withhold`. */
  readonly onExpired?: "withhold" | "serve";
}
