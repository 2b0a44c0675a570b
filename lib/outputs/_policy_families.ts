import { POLICY_KINDS } from "../model/mod.ts";
import type { MetricFamily } from "./metric_families.ts";

/** What is known of policy objects, whatever became of them in answers. */
export const POLICY_FAMILIES = {
  certgate_cache_synced: {
    type: "gauge",
    help:
      "1 once certificates and policy objects have been read for the first time; no call is answered before",
  },
  certgate_policy_objects: {
    type: "gauge",
    help: "Policy objects in use, by kind",
    labels: { kind: POLICY_KINDS },
  },
  certgate_policy_findings: {
    type: "gauge",
    help: "Complaints about policy files, their objects, and the page of the local reply",
  },
  certgate_policy_refused_objects: {
    type: "gauge",
    help: "Policy objects that are not used as they are written; their last good version may be in use",
  },
  certgate_policy_filter_missing: {
    type: "gauge",
    help: "1 while the Envoy of the host is known to have no filter for the firewall that is wanted",
  },
  certgate_connectors: {
    type: "gauge",
    help: "Connectors by whether they are online",
    labels: { state: ["online", "offline"] },
  },
  certgate_tpp_cache_generation: {
    type: "gauge",
    help: "Generation of each TrafficProtectionPolicy in use, as soon as it is read",
    labels: { namespace: [], name: [] },
  },
} as const satisfies Record<string, MetricFamily>;

/** The names that the network-services-operator has for some of these. */
export const POLICY_NSO_NAMES = {
  certgate_cache_synced: "nso_extension_cache_synced",
  certgate_tpp_cache_generation: "nso_extension_tpp_cache_generation",
} as const;
