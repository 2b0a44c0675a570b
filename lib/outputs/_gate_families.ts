import { ENVOY_UPDATES, LISTENER_PROBLEMS, WITHHOLDING_REASONS } from "../model/mod.ts";

/** Why a listener is withheld: its certificate, or something else. */
const REASONS: readonly string[] = [...WITHHOLDING_REASONS, ...LISTENER_PROBLEMS];
const LISTENER = { namespace: [], name: [], listener: [], hostname: [] };
const SECONDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];

/** What the gate shows of listeners and certificates: one series per hostname, or per Secret. */
export const HOST_FAMILIES = {
  certgate_gateway_listener_cert_withheld: {
    type: "gauge",
    help: "1 while a listener that terminates TLS is withheld; the series is gone when it is not",
    labels: { ...LISTENER, reason: [] },
    per: "listener",
  },
  certgate_gateway_listener_cert_gating_total: {
    type: "counter",
    help: "Evaluations that withheld a listener; never taken away",
    labels: { ...LISTENER, reason: [] },
    per: "listener",
  },
  certgate_gateway_listener_cert_expiry_time: {
    type: "gauge",
    help: "Unix time at which the certificate that is served ends; only while it is healthy",
    labels: { ...LISTENER, secret: [] },
    per: "listener",
  },
  certgate_gateway_listener_cert_expires_soon_time: {
    type: "gauge",
    help: "Unix time from which that certificate counts as expiring soon (gate.expiresSoon)",
    labels: { ...LISTENER, secret: [] },
    per: "listener",
  },
  certgate_gateway_listener_cert_managed: {
    type: "gauge",
    help: "1 for each listener whose certificates are judged",
    labels: LISTENER,
    per: "listener",
  },
  certgate_cert_not_after: {
    type: "gauge",
    help: "Unix time at which the certificate that arrived last ends, usable or not",
    labels: { namespace: [], secret: [] },
    per: "secret",
  },
  certgate_cert_held: {
    type: "gauge",
    help: "1 while an earlier pair is served because the one that arrived last is not usable",
    labels: { namespace: [], secret: [] },
    per: "secret",
  },
} as const;

/** What the gate shows of itself and of what it lives on. */
export const GATE_FAMILIES = {
  certgate_listeners_withheld: {
    type: "gauge",
    help: "Listeners that terminate TLS and are withheld, by reason",
    labels: { reason: REASONS },
  },
  certgate_listeners_managed: { type: "gauge", help: "Listeners whose certificates are judged" },
  certgate_source_up: {
    type: "gauge",
    help: "1 while the source can be looked at",
    labels: { source: [] },
  },
  certgate_source_bundles: { type: "gauge", help: "Pairs in the source", labels: { source: [] } },
  certgate_source_errors_total: {
    type: "counter",
    help: "Errors while looking at a source or at a pair in it",
    labels: { source: [], reason: [] },
  },
  certgate_source_watching: {
    type: "gauge",
    help: "1 while file events of the source are heard; it is polled either way",
    labels: { source: [] },
  },
  certgate_source_looks_total: { type: "counter", help: "Looks at the sources" },
  certgate_source_parses_total: { type: "counter", help: "Pairs read and parsed because they had changed" },
  certgate_resource_findings: {
    type: "gauge",
    help: "Complaints about the resources that the operator wrote",
  },
  certgate_gate_gateways: {
    type: "gauge",
    help: "Gateways that are published, and that stay out because no listener is left",
    labels: { state: ["published", "out"] },
  },
  certgate_gate_publications_total: { type: "counter", help: "Publications written for Envoy Gateway" },
  certgate_gate_publish_failures_total: { type: "counter", help: "Publications that could not be written" },
  certgate_gate_publish_failed: {
    type: "gauge",
    help: "1 while the latest publication could not be written; the one before is still there",
  },
  certgate_gate_last_publish_timestamp_seconds: {
    type: "gauge",
    help: "Unix time of the latest publication that was written; 0 before the first",
  },
  certgate_gate_pending_since_timestamp_seconds: {
    type: "gauge",
    help: "Unix time since when a published revision waits to be seen by the hook; 0 while none does",
  },
  certgate_gate_nudges_total: {
    type: "counter",
    help: "Publications made so that Envoy Gateway calls the hook, by cause",
    labels: { cause: ["start", "hook_error", "change"] },
  },
  certgate_gate_reconcile_duration_seconds: {
    type: "histogram",
    help: "Time from gathered input to published output",
    buckets: SECONDS,
  },
  certgate_converged: {
    type: "gauge",
    help: "1 while everything that is published has been seen by the hook and is served by Envoy",
  },
  certgate_envoy_up: {
    type: "gauge",
    help: "1 while the admin endpoint answers",
    labels: { admin: [] },
  },
  certgate_envoy_update_rejected_total: {
    type: "counter",
    help: "Updates that an Envoy has refused since certgate started",
    labels: { type: ENVOY_UPDATES },
  },
  certgate_envoy_listeners_warming: {
    type: "gauge",
    help: "Listeners of an Envoy that wait for something before they serve",
    labels: { admin: [] },
  },
  certgate_envoy_init_fetch_timeout_total: {
    type: "counter",
    help: "Times that an Envoy went on without something that did not come in time, since certgate started",
  },
  certgate_clock_wrong: { type: "gauge", help: "1 while the clock of the host cannot be right" },
} as const;
