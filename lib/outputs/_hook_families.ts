import { FAILURE_ACTIONS, FAILURE_KINDS, MUTATIONS, POLICY_MUTATIONS } from "../model/mod.ts";
import type { MetricFamily } from "./metric_families.ts";

const SECONDS = [0.0005, 0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];
const RPC_OUTCOMES = ["success", "error"];

/** What policy objects change in answers, and what becomes of changes that fail. */
export const HOOK_FAMILIES = {
  certgate_rpc_duration_seconds: {
    type: "histogram",
    help: "Time from the first byte of a hook call to its status, all hooks together",
    labels: { outcome: RPC_OUTCOMES },
    buckets: SECONDS,
  },
  certgate_mutation_reverted_total: {
    type: "counter",
    help: "Mutations that failed, as a whole or at some of their targets, and were undone there alone",
    labels: { mutation: MUTATIONS },
  },
  certgate_mutation_failures_total: {
    type: "counter",
    help: "Failures of mutations, one for each kind in a call, by what was done about them",
    labels: { mutation: POLICY_MUTATIONS, kind: FAILURE_KINDS, action: FAILURE_ACTIONS },
  },
  certgate_waf_hcm_mutations_total: {
    type: "counter",
    help: "HTTP connection managers that were given the Coraza filter",
  },
  certgate_waf_route_mutations_total: {
    type: "counter",
    help: "Routes that were given the directives of a policy",
  },
  certgate_local_reply_mutations_total: {
    type: "counter",
    help: "HTTP connection managers that were given the branded reply",
  },
  certgate_connector_clusters_replaced_total: {
    type: "counter",
    help: "Clusters that were made to lead into the tunnel of a connector",
  },
  certgate_connector_routes_applied_total: {
    type: "counter",
    help: "Virtual hosts that were given a route for CONNECT to a connector",
  },
  certgate_connector_offline_routes_total: {
    type: "counter",
    help: "Routes that were made to answer 503 because their connector is offline",
  },
  certgate_vpcpod_socket_bind_total: {
    type: "counter",
    help: "Clusters whose sockets were bound to the device of a tenant",
  },
  certgate_tpp_applied_generation: {
    type: "gauge",
    help: "Generation of each TrafficProtectionPolicy that the latest answers hold",
    labels: { namespace: [], name: [] },
  },
} as const satisfies Record<string, MetricFamily>;

/** Families that the network-services-operator has with other labels, shown with `metrics.compat: nso` alone. */
export const NSO_FAMILIES = {
  nso_extension_hook_calls_total: {
    type: "counter",
    help: "PostTranslateModify calls by how they ended",
    labels: { outcome: RPC_OUTCOMES },
  },
  nso_extension_hook_duration_seconds: {
    type: "histogram",
    help: "Time from a decoded PostTranslateModify request to its answer",
    labels: { outcome: RPC_OUTCOMES },
    buckets: SECONDS,
  },
  nso_extension_phase_duration_seconds: {
    type: "histogram",
    help:
      "Time of reading and judging a snapshot (index_build) and of planning what policy objects change (mutate)",
    labels: { phase: ["index_build", "mutate"] },
    buckets: SECONDS,
  },
} as const satisfies Record<string, MetricFamily>;

/** Names of the network-services-operator for families of the hook. */
export const HOOK_NSO_NAMES = {
  certgate_rpc_duration_seconds: "nso_extension_rpc_duration_seconds",
  certgate_waf_hcm_mutations_total: "nso_extension_waf_hcm_mutations_total",
  certgate_waf_route_mutations_total: "nso_extension_waf_route_mutations_total",
  certgate_local_reply_mutations_total: "nso_extension_local_reply_mutations_total",
  certgate_connector_clusters_replaced_total: "nso_extension_connector_clusters_replaced_total",
  certgate_connector_routes_applied_total: "nso_extension_connector_routes_applied_total",
  certgate_connector_offline_routes_total: "nso_extension_connector_offline_routes_total",
  certgate_vpcpod_socket_bind_total: "nso_extension_vpcpod_socket_bind_total",
  certgate_tpp_applied_generation: "nso_extension_tpp_applied_generation",
  certgate_hook_panics_total: "nso_extension_hook_panics_total",
} as const;
