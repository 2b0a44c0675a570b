import {
  CONTROL_PLANE_FOLDERS,
  type ControlPlaneStatus,
  ROTATION_PHASES,
  type RotationOutcome,
} from "./model/mod.ts";
import type { Metrics } from "./outputs/mod.ts";
import { isNearEnd, type Situation } from "./rotation/mod.ts";
import { certificateStatus, rfc3339 } from "./agent_names.ts";

/** What is known of the certificates of the control plane. */
export interface ControlPlaneView {
  readonly configHome: string;
  /** What one look at the directory has shown. */
  readonly found: Pick<Situation, "reading" | "journal">;
  /** Whether the rotation under way is one of this certgate, or one that it will go on with. */
  readonly own: boolean;
  readonly automatic: boolean;
  /** Milliseconds since the epoch; `null` if no rotation is to come. */
  readonly moment: number | null;
  readonly held: string;
  readonly failure: ControlPlaneStatus["failure"];
}

/**
 * The certificates of the control plane as `/v1/status` shows them.
 *
 * @param now Milliseconds since the epoch.
 */
export function controlPlaneStatus(view: ControlPlaneView, now: number): ControlPlaneStatus {
  const { configHome, found: { reading, journal }, own, automatic, moment, held, failure } = view;
  const { authority, state, problem, trust } = reading;
  const { pending, rotatedAt } = journal;
  return {
    configHome,
    state,
    problem: problem ?? "",
    authority: authority === null ? null : certificateStatus(authority),
    trusted: trust.length,
    nearEnd: authority !== null && isNearEnd(authority, now),
    expired: authority !== null && now >= authority.notAfter + 1000,
    automatic,
    dueAt: moment === null ? null : rfc3339(moment),
    held,
    underWay: pending === null ? null : { mode: pending.mode, phase: pending.phase, own },
    rotatedAt: rotatedAt === null ? null : rfc3339(rotatedAt),
    failure,
  };
}

/** Shows them to Prometheus; `null` puts every gauge back to zero. */
export function showControlPlane(metrics: Metrics, view: ControlPlaneView | null): void {
  const reading = view?.found.reading;
  const journal = view?.found.journal;
  const seconds = (time: number | null | undefined) => (time ?? 0) / 1000;
  metrics.set("certgate_control_plane_ca_start_timestamp_seconds", seconds(reading?.authority?.notBefore));
  metrics.set("certgate_control_plane_ca_expiry_timestamp_seconds", seconds(reading?.authority?.notAfter));
  for (const folder of CONTROL_PLANE_FOLDERS) {
    const expiry = seconds(reading?.leaves[folder]?.notAfter);
    metrics.set("certgate_control_plane_leaf_expiry_timestamp_seconds", expiry, { folder });
  }
  const broken = reading?.state === "partial" || reading?.state === "unreadable";
  metrics.set("certgate_control_plane_tree_broken", broken ? 1 : 0);
  metrics.set("certgate_rotation_due_timestamp_seconds", seconds(view?.moment));
  metrics.set("certgate_rotation_last_success_timestamp_seconds", seconds(journal?.rotatedAt));
  for (const phase of ROTATION_PHASES) {
    metrics.set("certgate_rotation_phase", journal?.pending?.phase === phase ? 1 : 0, { phase });
  }
  metrics.set("certgate_rotation_failing", view && view.failure !== null ? 1 : 0);
}

/** Which series an attempt counts in; `null` if it came to nothing because there was nothing to do. */
export function countedAs(
  outcome: "created" | "present" | "overtaken" | RotationOutcome,
): RotationOutcome | null {
  if (outcome === "present" || outcome === "overtaken") return null;
  return outcome === "created" ? "finished" : outcome;
}
