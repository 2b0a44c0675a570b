import type { DarkHostname, Material, SdsView, TrustVerdict, Verdict } from "../model/mod.ts";
import type { Throwaways } from "../xds/mod.ts";

/**
 * Gives the verdict of a material; asked once for each secret and once for each inline pair or bundle. A material of
 * kind `trust` may get a {@linkcode TrustVerdict}; opaque material is never asked about.
 */
export type VerdictOf = (material: Material) => Verdict | TrustVerdict;

/** How a snapshot is pruned. */
export interface PruneOptions {
  /** The same that the plan is applied with: it is how an answer that is fed back is known. */
  readonly throwaways: Throwaways;
  /** What becomes of a listener whose every chain is withheld. Default `remove`. */
  readonly whenEmpty?: "remove" | "park";
  /**
   * What a client of a dark host finds where a wildcard, a chain for every name or the default chain of the same
   * listener would answer for it. `refuse`, the default: a connection that closes, and no certificate. `wildcard`: that
   * chain, with the certificate of a neighbour.
   */
  readonly onDark?: "refuse" | "wildcard";
  /** Hostnames that the gate has left out; with `onDark: refuse` no other chain of their port answers for them. */
  readonly dark?: readonly DarkHostname[];
  /** SDS names that are exempt from the dates, though never from what Envoy refuses. */
  readonly neverGate?: ReadonlySet<string>;
  /** What certgate's own SDS server has; `null`, the default, where there is none, so that no placeholder is served. */
  readonly sds?: SdsView | null;
}
