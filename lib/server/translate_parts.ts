import type { DarkHostname, Log, SdsView } from "../model/mod.ts";
import type { Metrics } from "../outputs/mod.ts";
import type { Throwaways } from "../xds/mod.ts";
import type { MutationCode } from "./_mutation_code.ts";
import type { Faults } from "./faults.ts";
import type { Generation } from "./generation.ts";

/** What a call is answered with. */
export interface TranslateParts {
  readonly generation: Generation;
  readonly throwaways: Throwaways;
  readonly metrics: Metrics;
  readonly log: Log;
  /** Milliseconds since the epoch. */
  readonly clock: () => number;
  /** Hostnames that the gate has left out. Default none. */
  readonly dark?: readonly DarkHostname[];
  /** What certgate's own SDS server has. Default `null`: there is none. */
  readonly sds?: SdsView | null;
  /** Judges as if it were this moment, milliseconds since the epoch; default what the clock says. */
  readonly at?: number;
  /** Milliseconds of the deadline that are gone already. Default 0. */
  readonly waited?: number;
  /** What is to go wrong on purpose. Default nothing. */
  readonly faults?: Faults;
  /** The mutations of policy objects. Default the real ones. */
  readonly mutations?: MutationCode;
}
