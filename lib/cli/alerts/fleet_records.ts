import type { RecordRule } from "./alert.ts";

const WITHHELD = "certgate_gateway_listener_cert_withheld == 1";
const CALLS = 'sum by (instance) (certgate_hook_calls_total{hook="PostTranslateModify"})';

/**
 * What a Prometheus that sees many hosts computes beforehand: for the alerts of the fleet, and for dashboards. The part
 * before the first colon says what there is one series of. `or vector(0)` makes a count that is there while it is zero.
 *
 * Two hosts are told apart by `instance` alone (docs/fleet.md says how it gets a name of the host's own).
 */
export const FLEET_RECORDS: readonly RecordRule[] = [
  {
    record: "fleet:certgate_hosts:count",
    expr: 'count(max by (instance) (up{job="certgate"})) or vector(0)',
  },
  {
    record: "fleet:certgate_hosts_up:count",
    expr: 'count(max by (instance) (up{job="certgate"}) == 1) or vector(0)',
  },
  // Seen within a day and not any more: such a host has no "up" of its own that could be 0.
  {
    record: "fleet:certgate_hosts_gone:count",
    expr:
      'count(max by (instance) (max_over_time(up{job="certgate"}[1d])) unless on (instance) up{job="certgate"}) ' +
      "or vector(0)",
  },
  {
    record: "version:certgate_hosts:count",
    expr: "count by (version) (max by (version, instance) (certgate_build_info))",
  },
  {
    record: "fleet:certgate_hosts_with_withheld:ratio",
    // The gate's listeners, or the hook's hostnames: the second half is all there is where the gate is off.
    expr: "(count(sum by (instance) (certgate_listeners_withheld) > 0 " +
      "or sum by (instance) (certgate_tls_withheld_hostnames_active) > 0) or vector(0)) " +
      "/ (fleet:certgate_hosts_up:count > 0)",
  },
  {
    record: "hostname:certgate_hosts_managing:count",
    expr: "count by (hostname) (max by (hostname, instance) (certgate_gateway_listener_cert_managed == 1))",
  },
  {
    record: "hostname_reason:certgate_hosts_withholding:count",
    expr: `count by (hostname, reason) (max by (hostname, instance, reason) (${WITHHELD}))`,
  },
  {
    record: "fleet:certgate_hostnames_managed:count",
    expr: "count(hostname:certgate_hosts_managing:count) or vector(0)",
  },
  {
    record: "reason:certgate_hostnames_withheld:count",
    expr: "count by (reason) (hostname_reason:certgate_hosts_withholding:count)",
  },
  {
    record: "fleet:certgate_hostnames_withheld:count",
    expr: "count(max by (hostname) (hostname_reason:certgate_hosts_withholding:count)) or vector(0)",
  },
  {
    record: "fleet:certgate_hostnames_expiring_soon:count",
    expr:
      "count(max by (hostname) (certgate_gateway_listener_cert_expires_soon_time <= time())) or vector(0)",
  },
  {
    // Ten minutes: Envoy Gateway calls within seconds of its own start, and may start later than certgate.
    record: "fleet:certgate_hosts_hook_silent:count",
    expr:
      `count(${CALLS} == 0 and on (instance) max by (instance) (process_start_time_seconds{job="certgate"}) ` +
      "< time() - 600) or vector(0)",
  },
  {
    record: "fleet:certgate_hosts_not_converged:count",
    expr:
      "count(max by (instance) (certgate_converged) == 0 and on (instance) sum by (instance) (certgate_listeners_managed) > 0) " +
      "or vector(0)",
  },
  {
    record: "fleet:certgate_hosts_clock_wrong:count",
    expr: "sum(max by (instance) (certgate_clock_wrong)) or vector(0)",
  },
];
