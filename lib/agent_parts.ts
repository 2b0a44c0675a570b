import type { SetTimer } from "./host/mod.ts";
import type { IssuanceOptions } from "./issuance/mod.ts";
import type { Log } from "./model/mod.ts";
import type { Config } from "./resources/mod.ts";
import type { AgentStatus, Faults } from "./server/mod.ts";

/** A running agent. */
export interface Agent {
  readonly kind: "agent";
  /** Where the hook listens, as a gRPC target. */
  readonly hook: string;
  /** `http://host:port` of metrics, health and status. */
  readonly http: string;
  /** Takes a new configuration into use as a whole, or not at all; returns the keys that only a restart can change. */
  reload(config: Config): Promise<readonly string[]>;
  /** Counts a configuration that could not be read; the one in use stays. */
  reloadFailed(): void;
  /** Whether the configuration on disk could not be taken into use. */
  refused(): boolean;
  /** What `/v1/status` says. */
  status(): AgentStatus;
  /** Whether the hook answers a question of its own within so many milliseconds, and no call in it hangs. */
  probe(patience: number): Promise<boolean>;
  /** Finishes the calls under way, at most for the deadline of one, and gives everything back. */
  stop(): Promise<void>;
}

/** What the agent is given from outside. */
export interface AgentParts {
  readonly version: string;
  /** The source revision, for `certgate_build_info`. */
  readonly revision?: string;
  readonly log: Log;
  /** Milliseconds since the epoch. */
  readonly clock: () => number;
  /** When this version was released, milliseconds since the epoch; a clock before that is wrong. Default never. */
  readonly released?: number;
  /** Milliseconds between looks at the Envoy binary of the host; half a minute unless told. */
  readonly envoyCheckInterval?: number;
  /** How the gate waits for the next edge; `setTimeout` unless told. */
  readonly setTimer?: SetTimer;
  /** Milliseconds between publications of the gate; a second unless told. */
  readonly spacing?: number;
  /** Who issues, for tests; the issuers of the configuration unless told. */
  readonly openIssuer?: IssuanceOptions["openIssuer"];
  /** What is to go wrong on purpose; nothing unless told. */
  readonly faults?: Faults;
}
