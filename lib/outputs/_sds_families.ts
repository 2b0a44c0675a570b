import type { MetricFamily } from "./metric_families.ts";

const SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];
const KINDS = ["pair", "validation"];

/** Secrets that Envoys are given by SDS. All of it stays at zero where nothing is delivered that way. */
export const SDS_FAMILIES = {
  certgate_sds_connections: { type: "gauge", help: "Open connections of Envoys that ask for secrets" },
  certgate_sds_streams: {
    type: "gauge",
    help: "Open streams of Envoys that ask for secrets; Envoy opens one for each name",
    labels: { method: ["StreamSecrets", "DeltaSecrets"] },
  },
  certgate_sds_names: {
    type: "gauge",
    help: "Names under which a secret can be had",
    labels: { kind: KINDS },
  },
  certgate_sds_pending_names: {
    type: "gauge",
    help: "Names that are asked for and whose newest version not every Envoy that asks has taken",
  },
  certgate_sds_unknown_names: {
    type: "gauge",
    help: "Names that are asked for now and under which there is nothing to send",
  },
  certgate_sds_pushes_total: { type: "counter", help: "Secrets sent to an Envoy", labels: { kind: KINDS } },
  certgate_sds_acks_total: { type: "counter", help: "Secrets that an Envoy has taken" },
  certgate_sds_nacks_total: {
    type: "counter",
    help: "Secrets that an Envoy has refused; that version is sent to nobody any more",
  },
  certgate_sds_unknown_names_total: {
    type: "counter",
    help: "Names that an Envoy asked for and under which there is nothing to send; once for each stream",
  },
  certgate_sds_push_to_ack_duration_seconds: {
    type: "histogram",
    help: "Time from sending a secret until the Envoy has taken it",
    buckets: SECONDS,
  },
  certgate_sds_bytes_sent_total: { type: "counter", help: "Bytes of responses with a secret" },
} as const satisfies Record<string, MetricFamily>;
