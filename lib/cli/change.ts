import type { Mutation } from "../model/mod.ts";

/** One change to a snapshot, as people and programs are shown it. */
export interface Change {
  /** Kind and name, e.g. `listener default/eg/https`. */
  readonly resource: string;
  readonly sign: "added" | "removed" | "changed";
  /** What of the resource, e.g. `route r`; empty where `what` says it. */
  readonly part: string;
  /** What becomes of it. */
  readonly what: string;
  /** What stood there before; empty where there is nothing to say. */
  readonly was: string;
  /** What stands there now; empty where there is nothing to say. */
  readonly now: string;
  /** A line each. */
  readonly why: readonly string[];
  /** Which change of certgate it is part of. */
  readonly mutation: Mutation;
}
