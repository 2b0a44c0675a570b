import type {
  ControlPlaneStatus,
  DependentStatus,
  GateStatus,
  HookTlsStatus,
  IssuanceStatus,
  PolicyStatus,
  SdsStatus,
} from "../model/mod.ts";
import type { MutationCounts } from "./_count_mutations.ts";
import type { HookFailure } from "./hook_failure.ts";
import type { SnapshotGateway } from "./snapshot_reports.ts";
import type { WithheldHostname } from "./_withheld.ts";

/** One answered snapshot, as far as the commands and the status page read it. */
export interface SnapshotStatus {
  /** Its Gateways with the revision that it was made from; empty where there are no CertState objects. */
  readonly gateways: readonly SnapshotGateway[];
  /** xDS names of its listeners. */
  readonly listeners: readonly string[];
  /** RFC 3339. */
  readonly answeredAt: string;
  /** What the hook took HTTPS from in its answer. */
  readonly withheld: readonly WithheldHostname[];
  /** Digest of the policy objects that the answer was made with; empty where there are none. */
  readonly policy?: string;
  /** What policy objects changed in it. */
  readonly mutations?: MutationCounts;
  /** What failed in it, and what was done about that. */
  readonly failures?: readonly HookFailure[];
  /** The error that Envoy Gateway was given instead of an answer since; `null` if there was none. */
  readonly refused?: Refusal | null;
}

/** An error in place of an answer. */
export interface Refusal {
  /** RFC 3339. */
  readonly at: string;
  /** What Envoy Gateway was told. */
  readonly message: string;
}

/** The body of `/v1/status`. */
export interface AgentStatus {
  /** Of certgate. */
  readonly version: string;
  /** Whether everything needed to answer is loaded. */
  readonly ready: boolean;
  /** The Envoy binary that has the last word on a pair; `null` if there is none. */
  readonly envoy: string | null;
  /** The latest answers of the hook. */
  readonly snapshots: readonly SnapshotStatus[];
  /** TLS of the hook; not there where it has none. */
  readonly hookTls?: HookTlsStatus;
  /** The certificates of the control plane; not there where they are not watched. */
  readonly controlPlane?: ControlPlaneStatus;
  /** Who does not read a new authority by itself; not there where nobody is named. */
  readonly dependents?: readonly DependentStatus[];
  /** `null` while the gate is off. */
  readonly gate: GateStatus | null;
  /** What is known of local policy; `null` or not there while it is off. */
  readonly policy?: PolicyStatus | null;
  /** The certificates that are issued on this host; `null` or not there while `issuance.output` is not set. */
  readonly issuance?: IssuanceStatus | null;
  /** Delivery straight to Envoy; `null` or not there while nothing is delivered so. */
  readonly sds?: SdsStatus | null;
}
