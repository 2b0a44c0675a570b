import { HOOK_OUTCOMES, HOOKS, WITHHOLDING_REASONS } from "../model/mod.ts";
import { DEPENDENT_FAMILIES } from "./_dependent_families.ts";
import { GATE_FAMILIES, HOST_FAMILIES } from "./_gate_families.ts";
import { HOOK_FAMILIES, HOOK_NSO_NAMES, NSO_FAMILIES } from "./_hook_families.ts";
import { ISSUANCE_FAMILIES } from "./_issuance_families.ts";
import { POLICY_FAMILIES, POLICY_NSO_NAMES } from "./_policy_families.ts";
import { ROTATION_FAMILIES } from "./_rotation_families.ts";
import { SDS_FAMILIES } from "./_sds_families.ts";
import { TRUST_FAMILIES } from "./_trust_families.ts";

/** One metric family: what Prometheus shows of it and what the docs say. */
export interface MetricFamily {
  readonly type: "counter" | "gauge" | "histogram";
  readonly help: string;
  /** Each label with the values that exist from the start; an empty list means that values come with the data. */
  readonly labels?: Readonly<Record<string, readonly string[]>>;
  readonly buckets?: readonly number[];
  /** One series, or more, for each of these; not shown with `metrics.perHost: false`. */
  readonly per?: "listener" | "secret";
}

const SECONDS = [0.0005, 0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];
const BYTES = [1e4, 1e5, 1e6, 4_194_304, 1e7, 3e7, 1e8, 268_435_456];

/**
 * Every family that `/metrics` shows, at zero from the start where the label values are known then. Names follow the network-services-operator's, under the
 * prefix `certgate_`; the table in docs/metrics.md is made from this object.
 */
export const METRIC_FAMILIES = {
  certgate_build_info: {
    type: "gauge",
    help: "1, with the version and the source revision it was built from as labels",
    labels: { version: [], revision: [] },
  },
  certgate_ready: { type: "gauge", help: "1 once everything needed to answer is loaded" },
  certgate_hook_calls_total: {
    type: "counter",
    help: "Hook calls by how they ended",
    labels: { hook: HOOKS, outcome: HOOK_OUTCOMES },
  },
  certgate_hook_duration_seconds: {
    type: "histogram",
    help: "Time from a decoded request to its answer",
    labels: { hook: HOOKS },
    buckets: SECONDS,
  },
  certgate_phase_duration_seconds: {
    type: "histogram",
    help: "Time of each phase of a PostTranslateModify call",
    labels: { phase: ["read", "judge", "mutate", "plan", "apply"] },
    buckets: SECONDS,
  },
  certgate_hook_message_bytes: {
    type: "histogram",
    help: "Size of PostTranslateModify messages",
    labels: { direction: ["request", "response"] },
    buckets: BYTES,
  },
  certgate_hook_last_message_bytes: {
    type: "gauge",
    help: "Size of the latest PostTranslateModify message",
    labels: { direction: ["request", "response"] },
  },
  certgate_hook_incomplete_input: {
    type: "gauge",
    help: "1 while Envoy Gateway leaves out this kind of resource because includeAll is not set for it",
    labels: { kind: ["clusters", "secrets", "listeners", "routes"] },
  },
  certgate_hook_panics_total: { type: "counter", help: "Unexpected errors inside a hook call" },
  certgate_hook_deadline_exceeded_total: {
    type: "counter",
    help: "Calls that were answered with what was known when the deadline came",
  },
  certgate_snapshot_malformed_total: {
    type: "counter",
    help: "Parts of snapshots that could not be read and were left as they came",
  },
  certgate_tls_pruned_chains_total: { type: "counter", help: "Filter chains taken out of answers" },
  certgate_tls_pruned_certificates_total: {
    type: "counter",
    help: "Certificates taken from a chain that keeps another one",
  },
  certgate_tls_pruned_secrets_total: { type: "counter", help: "Secrets taken out of answers" },
  certgate_tls_neutralised_secrets_total: {
    type: "counter",
    help: "Upstream pairs and CAs replaced by ones that are good for nothing",
  },
  certgate_tls_emptied_listeners_total: {
    type: "counter",
    help: "Listeners whose every chain was withheld",
    labels: { action: ["remove", "park"] },
  },
  certgate_tls_listeners_left_intact_total: {
    type: "counter",
    help: "Listeners with a bad certificate that could not be read well enough to change them",
  },
  certgate_tls_pruned_chains_active: { type: "gauge", help: "Filter chains missing from the latest answers" },
  certgate_tls_emptied_listeners_active: {
    type: "gauge",
    help: "Listeners removed or parked in the latest answers",
  },
  certgate_tls_listeners_left_intact_active: {
    type: "gauge",
    help: "Listeners in the latest answers that had to be left with a bad certificate",
  },
  certgate_tls_withheld_hostnames_active: {
    type: "gauge",
    help: "Hostnames without HTTPS in the latest answers, by reason",
    labels: { reason: WITHHOLDING_REASONS },
  },
  certgate_platform_cert_unusable: {
    type: "gauge",
    help: "Certificates named by neverGate that are out of their dates and let through all the same",
    labels: { layer: ["gate", "hook"] },
  },
  certgate_verdicts_total: {
    type: "counter",
    help: "Materials judged for the first time, by who decided",
    labels: { by: ["rules", "envoy"] },
  },
  certgate_verdict_overruled_total: {
    type: "counter",
    help: "Pairs on which Envoy and the rules disagreed; Envoy's answer was taken, and a rule is missing",
    labels: { envoy: ["accepted", "refused"] },
  },
  certgate_verdict_cache_entries: { type: "gauge", help: "Verdicts known by content hash" },
  certgate_verdict_cache_lookups_total: {
    type: "counter",
    help: "Look-ups of known verdicts",
    labels: { result: ["hit", "miss"] },
  },
  certgate_verdict_cache_write_errors_total: {
    type: "counter",
    help: "Failed writes of the verdict file in the state directory",
  },
  certgate_envoy_confirm_duration_seconds: {
    type: "histogram",
    help: "Time until the host's Envoy binary had judged a batch of new pairs",
    buckets: SECONDS,
  },
  certgate_envoy_confirm_failures_total: {
    type: "counter",
    help: "Pairs that the host's Envoy binary could not be asked about; the rules stood alone",
  },
  certgate_envoy_binary: { type: "gauge", help: "1 while an Envoy binary confirms new pairs" },
  certgate_config_reloads_total: {
    type: "counter",
    help: "Reloads of the configuration",
    labels: { outcome: ["success", "failure"] },
  },
  certgate_config_reload_failed: {
    type: "gauge",
    help: "1 while the configuration on disk is not the one in use",
  },
  certgate_config_last_reload_success_timestamp_seconds: {
    type: "gauge",
    help: "Unix time of the latest load of the configuration",
  },
  certgate_watchdog_probes_total: {
    type: "counter",
    help: "Questions of certgate to its own hook before it tells systemd that it is alive, by result",
    labels: { result: ["answered", "failed"] },
  },
  certgate_watchdog_failing: {
    type: "gauge",
    help: "1 while the hook does not answer its own question, so that systemd will restart certgate soon",
  },
  ...TRUST_FAMILIES,
  ...ISSUANCE_FAMILIES,
  ...ROTATION_FAMILIES,
  ...DEPENDENT_FAMILIES,
  ...HOST_FAMILIES,
  ...GATE_FAMILIES,
  ...HOOK_FAMILIES,
  ...POLICY_FAMILIES,
  ...SDS_FAMILIES,
  grpc_server_started_total: { type: "counter", help: "Calls begun", labels: { grpc_method: HOOKS } },
  grpc_server_handled_total: {
    type: "counter",
    help: "Calls ended, by gRPC status",
    labels: {
      grpc_method: HOOKS,
      grpc_code: [
        "OK",
        "UNAVAILABLE",
        "RESOURCE_EXHAUSTED",
        "INVALID_ARGUMENT",
        "CANCELLED",
        "INTERNAL",
        "UNIMPLEMENTED",
        "DEADLINE_EXCEEDED",
      ],
    },
  },
  process_resident_memory_bytes: { type: "gauge", help: "Resident memory" },
  process_cpu_seconds_total: { type: "counter", help: "User and system CPU time" },
  process_start_time_seconds: { type: "gauge", help: "Unix time of the start of the process" },
} as const satisfies Record<string, MetricFamily>;

export { NSO_FAMILIES };

/** The name of a family; those of {@linkcode NSO_FAMILIES} are counted nowhere unless `metrics.compat` is `nso`. */
export type MetricName = keyof typeof METRIC_FAMILIES | keyof typeof NSO_FAMILIES;

/**
 * The names that the network-services-operator has for some of these families, shown beside with `metrics.compat: nso`.
 */
export const NSO_NAMES: Partial<Record<MetricName, string>> = {
  certgate_gateway_listener_cert_withheld: "nso_gateway_listener_cert_withheld",
  certgate_gateway_listener_cert_gating_total: "nso_gateway_listener_cert_gating_total",
  certgate_gateway_listener_cert_expiry_time: "nso_gateway_listener_cert_expiry_time",
  certgate_gateway_listener_cert_managed: "nso_gateway_listener_cert_managed",
  certgate_tls_pruned_chains_total: "nso_extension_tls_pruned_chains_total",
  certgate_tls_pruned_secrets_total: "nso_extension_tls_pruned_secrets_total",
  certgate_tls_listeners_left_intact_total: "nso_extension_tls_listeners_left_intact_total",
  certgate_tls_pruned_chains_active: "nso_extension_tls_pruned_chains_active",
  certgate_tls_listeners_left_intact_active: "nso_extension_tls_listeners_left_intact_active",
  ...HOOK_NSO_NAMES,
  ...POLICY_NSO_NAMES,
};
