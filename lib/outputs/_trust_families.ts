import { CLIENT_REFUSALS, HOOK_TLS_PARTS } from "../model/mod.ts";
import type { MetricFamily } from "./metric_families.ts";

/** TLS of the hook. All of it stays at zero where the hook has no TLS. */
export const TRUST_FAMILIES = {
  certgate_hook_refused_clients_total: {
    type: "counter",
    help: "Clients that the hook has refused before they could say anything, by cause",
    labels: { cause: CLIENT_REFUSALS },
  },
  certgate_hook_tls_reloads_total: {
    type: "counter",
    help: "Changes of the TLS files of the hook: taken into use, or not usable so that the ones before stay",
    labels: { part: HOOK_TLS_PARTS, outcome: ["success", "failure"] },
  },
  certgate_hook_tls_reload_failed: {
    type: "gauge",
    help: "1 while the TLS files of the hook on disk are not the ones in use",
    labels: { part: HOOK_TLS_PARTS },
  },
  certgate_hook_tls_expiry_timestamp_seconds: {
    type: "gauge",
    help: "Unix time at which the hook's own certificate, or the last of the client authorities, ends",
    labels: { part: HOOK_TLS_PARTS },
  },
  certgate_hook_tls_expires_soon: {
    type: "gauge",
    help: "1 while that end is near, by the rule of gate.expiresSoon",
    labels: { part: HOOK_TLS_PARTS },
  },
  certgate_hook_tls_authorities: {
    type: "gauge",
    help: "Authorities whose clients the hook lets in",
  },
} as const satisfies Record<string, MetricFamily>;
