import type { Verdict } from "./verdict.ts";

/** What a person is told about a step: which hostname pays, and why. */
export interface Blame {
  /** Server names of the chain; empty where it has none. */
  readonly hostnames: readonly string[];
  /** SDS name of the secret, or a short description of inline material. */
  readonly secret: string;
  readonly verdict: Verdict;
}
