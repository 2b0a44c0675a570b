/**
 * What becomes of one instance of a dependent: somebody who has read the old authority and does not read anew. Order is the
 * order of metric series.
 *
 * `absent` is not there, so there is nothing to restart; `held` waits until enough of the other instances are up;
 * `unhealthy` was restarted and did not get well; `skipped` was left alone because an instance before it had failed.
 */
export const DEPENDENT_OUTCOMES = ["restarted", "absent", "held", "failed", "unhealthy", "skipped"] as const;

/** One of {@linkcode DEPENDENT_OUTCOMES}. */
export type DependentOutcome = (typeof DEPENDENT_OUTCOMES)[number];

/** Why, each with the words for people: lower case, no full stop. */
export const DEPENDENT_REASONS = {
  Restarted: "it was restarted",
  UnitNotFound: "there is no such unit",
  UnitNotRunning: "the unit does not run",
  NoPidFile: "there is no pid file",
  ProcessGone: "no process has the number in the pid file",
  NobodyListens: "nobody listens there",
  TooFewUp: "too few of the other instances are up",
  NotPermitted: "certgate may not do that",
  CommandFailed: "the command ended with an error",
  RequestFailed: "the request was not answered with success",
  PidFileUnusable: "the pid file cannot be used",
  TimedOut: "it took too long",
  NotRestarted: "the same process goes on",
  Unhealthy: "it is not healthy after its restart",
  Earlier: "an instance before it has failed",
  Interrupted: "certgate was stopped",
  Busy: "another certgate is at it",
} as const;

/** A key of {@linkcode DEPENDENT_REASONS}. */
export type DependentReason = keyof typeof DEPENDENT_REASONS;

/** What is known of a dependent, as `/v1/status` shows it. */
export interface DependentStatus {
  /** As in the configuration. */
  readonly name: string;
  /** Whether it has one instance only, so that its restart makes a gap. */
  readonly single: boolean;
  /** `none` is not known yet, `pending` is under way, `failed` waits for the next try, `done` needs nothing. */
  readonly state: "none" | "pending" | "failed" | "done";
  /** SHA-256 of the authority that this is about: upper-case hex with colons; empty if there was none. */
  readonly fingerprint: string;
  /** When it is tried next; RFC 3339, `null` if it is not to be tried. */
  readonly retryAt: string | null;
  /** Those that something is known of, in the order in which they were restarted. */
  readonly instances: readonly {
    /** Method and target, e.g. `systemd:ratelimit.service`. */
    readonly instance: string;
    readonly outcome: DependentOutcome | "pending";
    readonly message: string;
  }[];
  /** What a handshake has shown; `null` without `probe` or before the first one. */
  readonly probe: {
    readonly state: "current" | "stale" | "unreachable";
    readonly message: string;
  } | null;
}
