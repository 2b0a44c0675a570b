import { ISSUANCE_STATES, ISSUER_TYPES } from "../model/mod.ts";
import type { MetricFamily } from "./metric_families.ts";

/** Certificates that are issued on this host. All of it stays at zero, or empty, where `issuance.output` is not set. */
export const ISSUANCE_FAMILIES = {
  certgate_issuance_pairs: {
    type: "gauge",
    help: "Pairs that are wanted from issuers of this host, by how they stand",
    labels: { state: ISSUANCE_STATES },
  },
  certgate_issuance_attempts_total: {
    type: "counter",
    help: "Attempts to have a certificate issued, by how they ended: issued or failed",
    labels: { issuer: [], outcome: [] },
  },
  certgate_issuance_failures_total: {
    type: "counter",
    help: "Failed attempts to have a certificate issued, by why",
    labels: { issuer: [], kind: [] },
  },
  certgate_issuance_failing_attempts: {
    type: "gauge",
    help: "Failed attempts since the latest success of each pair, added up over the pairs of an issuer",
    labels: { issuer: [] },
  },
  certgate_issuance_next_renewal_timestamp_seconds: {
    type: "gauge",
    help: "Unix time at which a pair that was issued here is renewed",
    labels: { namespace: [], secret: [] },
    per: "secret",
  },
  certgate_issuance_duration_seconds: {
    type: "histogram",
    help: "Time from the beginning of an attempt to its end",
    labels: { type: ISSUER_TYPES },
    buckets: [0.01, 0.05, 0.1, 0.5, 1, 5, 10, 30, 60, 120, 300, 600, 1800, 3600],
  },
  certgate_issuance_order_in_flight: {
    type: "gauge",
    help: "Pairs that an issuer is being asked for right now",
  },
} as const satisfies Record<string, MetricFamily>;
