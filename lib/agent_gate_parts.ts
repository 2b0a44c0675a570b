import type { SetTimer } from "./host/mod.ts";
import type { Log, ObjectKey } from "./model/mod.ts";
import type { Metrics, StatusKeeper } from "./outputs/mod.ts";
import type { VerdictStore } from "./server/mod.ts";
import type { GateLog } from "./agent_gate_log.ts";

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
  /** Default `setTimeout`. */
  readonly setTimer?: SetTimer;
  /** Milliseconds between publications; a second unless told. */
  readonly spacing?: number;
  /** Called with every set of Gateways, so that what was said about others can be forgotten. */
  readonly onGateways: (isKnown: (key: ObjectKey) => boolean) => void;
}
