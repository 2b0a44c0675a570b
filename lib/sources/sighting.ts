import type { Cause, Facts, PairBytes, Problem } from "../model/mod.ts";

/** A pair that is believed to be at a source. */
export interface Sighting {
  /** Namespace of its Secret. */
  readonly namespace: string;
  /** Name of its Secret. */
  readonly name: string;
  /** The pattern of the configuration. */
  readonly source: string;
  /** The directory, or the certificate file. */
  readonly path: string;
  /** The members in canonical form. */
  readonly pair: PairBytes;
  /** What they say. */
  readonly facts: Facts;
  /** Why files could not be read or found, in the system's words. */
  readonly problem: Problem | null;
  /** What the operator can do about it; empty if there is nothing to say. */
  readonly hint: string;
  /** SHA-256 in hex of the members, or of the problem. */
  readonly hash: string;
  /** What is seen at the place and not believed yet; `since` in milliseconds since the epoch. */
  readonly unsettled:
    | { readonly cause: Cause; readonly detail: string; readonly since: number }
    | null;
}
