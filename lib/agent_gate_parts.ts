import type { SetTimer } from "./host/mod.ts";
import type { BundleState, EnvoyStatus, GatePlan, Log, ObjectKey, PairState } from "./model/mod.ts";
import type { Metrics, StatusKeeper } from "./outputs/mod.ts";
import type { Config } from "./resources/mod.ts";
import type { VerdictStore } from "./server/mod.ts";
import type { GateLog } from "./agent_gate_log.ts";
import type { GateIssuance } from "./agent_issuance_parts.ts";

/** What the gate needs of the policy in use. */
export interface GatePolicy {
  /** Digest of everything of it that can change a snapshot; empty where there is none. */
  digest(): string;
  /** Told of every plan before it is published. */
  planned(plan: GatePlan): void;
  /** Told what the Envoys say, and whether one that cannot be asked is still to come. */
  looked(envoys: readonly EnvoyStatus[], expected: boolean): void;
  /** Whether the Envoys are to be asked for their updates. */
  waiting(): boolean;
}

/** What the gate needs of delivery straight to Envoy. */
export interface GateSds {
  /** Whether a configuration delivers anything so. */
  wanted(config: Config): boolean;
  /**
   * Hands what is served to the Envoys, at once.
   *
   * @returns the same pairs, with the way that each is delivered and what Envoy Gateway is given in its place.
   */
  deliver(pairs: ReadonlyMap<ObjectKey, PairState>, config: Config): Map<ObjectKey, PairState>;
  /** What is believed of the CA bundles now. */
  bundles(): Promise<readonly BundleState[]>;
  /** The next moment, in milliseconds since the epoch, at which a bundle changes by itself; `null` if never. */
  edge(): number | null;
  /** Whether an Envoy asks for a pair now. */
  isAsked(key: ObjectKey): boolean;
  /** How many names were asked for whose newest version is not taken yet. */
  pending(): number;
}

/** What the gate is given from outside. */
export interface GateParts {
  readonly log: Log;
  /** What was said so far; it goes on where the gate before has left off. */
  readonly said: GateLog;
  readonly metrics: Metrics;
  /** Milliseconds since the epoch, as they are believed. */
  readonly clock: () => number;
  /** Why the clock of the host is not believed; empty while it is. */
  readonly doubt: () => string;
  /** Everything that is known about certificates. */
  readonly store: () => VerdictStore;
  readonly keeper: StatusKeeper;
  readonly policy: GatePolicy;
  readonly issuance: GateIssuance;
  readonly sds: GateSds;
  /** Default `setTimeout`. */
  readonly setTimer?: SetTimer;
  /** Milliseconds between publications; a second unless told. */
  readonly spacing?: number;
  /** Called with every set of Gateways, so that what was said about others can be forgotten. */
  readonly onGateways: (isKnown: (key: ObjectKey) => boolean) => void;
}
