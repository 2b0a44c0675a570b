import { CONTROL_PLANE_FOLDERS, ROTATION_MODES, ROTATION_OUTCOMES, ROTATION_PHASES } from "../model/mod.ts";
import type { MetricFamily } from "./metric_families.ts";

/** The certificates of Envoy Gateway itself. All of it stays at zero where `rotation.configHome` is not set. */
export const ROTATION_FAMILIES = {
  certgate_control_plane_ca_start_timestamp_seconds: {
    type: "gauge",
    help: "Unix time from which the authority of the control plane is valid; 0 while it is not known",
  },
  certgate_control_plane_ca_expiry_timestamp_seconds: {
    type: "gauge",
    help: "Unix time at which the authority of the control plane ends; 0 while it is not known",
  },
  certgate_control_plane_leaf_expiry_timestamp_seconds: {
    type: "gauge",
    help: "Unix time at which a certificate of the control plane ends; 0 while it is not known",
    labels: { folder: CONTROL_PLANE_FOLDERS },
  },
  certgate_control_plane_tree_broken: {
    type: "gauge",
    help:
      "1 while the certificates of the control plane are incomplete, do not fit together or cannot be read",
  },
  certgate_rotation_due_timestamp_seconds: {
    type: "gauge",
    help: "Unix time of the next automatic rotation; 0 without one",
  },
  certgate_rotation_last_success_timestamp_seconds: {
    type: "gauge",
    help: "Unix time at which the certificates of the control plane were last replaced; 0 if they never were",
  },
  certgate_rotation_phase: {
    type: "gauge",
    help: "1 for what a rotation under way is at",
    labels: { phase: ROTATION_PHASES },
  },
  certgate_rotation_failing: {
    type: "gauge",
    help: "1 while the latest attempt of an automatic rotation has failed; it is tried again",
  },
  certgate_rotations_total: {
    type: "counter",
    help: "Attempts of certgate run to rotate, or to go on with a rotation, by how they ended",
    labels: { mode: ROTATION_MODES, outcome: ROTATION_OUTCOMES },
  },
} as const satisfies Record<string, MetricFamily>;
