import type { Hook, HookOutcome, ObjectKey } from "../model/mod.ts";
import type { SnapshotGateway } from "./snapshot_reports.ts";

/** How a call ended: every PostTranslateModify, and those of the small hooks in which something failed. */
export interface AnsweredCall {
  readonly hook: Hook;
  /** The Gateways of the snapshot with the revision that it was made from; empty if there are no CertState objects. */
  readonly gateways: readonly SnapshotGateway[];
  /** Milliseconds since the epoch. */
  readonly at: number;
  /** Envoy Gateway does not come again by itself after an `error`. */
  readonly outcome: HookOutcome;
  /** Number of the report of the snapshot; 0 where there is none. */
  readonly snapshot: number;
  /** Digest of the policy objects that it was answered with. */
  readonly policy: string;
  /** Generation of each policy that routes of the answer carry, by "namespace/name". */
  readonly applied: ReadonlyMap<ObjectKey, number>;
  /** CA bundles, as "namespace/name", that went out in place, so that only another answer can bring what is new of them. */
  readonly bundlesInPlace?: readonly string[];
  /** Whether something failed that may work the next time, though nothing else changes. */
  readonly passing: boolean;
}
