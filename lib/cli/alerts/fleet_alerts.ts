import type { AlertGroup } from "./alert.ts";
import { FLEET_RECORDS } from "./fleet_records.ts";

const TOP_NAMES = "{{ range printf `topk(5, hostname_reason:certgate_hosts_withholding:count{reason=%q})` " +
  "$labels.reason | query }} {{ .Labels.hostname }}{{ end }}";
const GONE =
  'max by (instance) (max_over_time(up{job="certgate"}[1d])) unless on (instance) up{job="certgate"}';

/**
 * What only somebody who sees many hosts can tell: that a fault is not of one host. Each alert is one for the whole fleet (or
 * one for each reason), however many hosts are concerned, and none says what an alert of `certgate rules` says already.
 */
export const FLEET_ALERTS: AlertGroup = {
  name: "certgate.fleet",
  // What comes from many hosts comes later than from one, and a sum over them costs more.
  interval: "1m",
  records: FLEET_RECORDS,
  alerts: [
    {
      name: "CertgateFleetCertificateBadEverywhere",
      // Two hosts at least, and more than half of those that serve the name: a fault of one host is in neither.
      expr: "count by (reason) (hostname_reason:certgate_hosts_withholding:count >= 2 and on (hostname) " +
        "hostname_reason:certgate_hosts_withholding:count / on (hostname) group_left () hostname:certgate_hosts_managing:count > 0.5)",
      for: "10m",
      severity: "warning",
      summary: "{{ $value }} hostnames are withheld on most of their hosts: {{ $labels.reason }}",
      description:
        `The same certificates are not usable on more than half of the hosts that have them, among them${TOP_NAMES}. ` +
        "Look at the issuer and at what distributes certificates, not at a host.",
      runbook: {
        meaning:
          "Hostnames are withheld for the same reason on most of the hosts that serve them. The certificate was bad before it reached a host.",
        impact: "HTTPS is down for these hostnames everywhere, and for no other.",
        diagnose:
          `1. \`topk(20, hostname_reason:certgate_hosts_withholding:count)\` in the Prometheus of the fleet names them.
2. On any one of these hosts: \`certgate explain HOSTNAME\`.
3. \`Expired\` or \`Missing\`: the issuer, or the DNS of the domain. \`KeyMismatch\` or \`Unreadable\`: the job that copies files to the hosts.`,
        remediate:
          "Repair it once, where the certificate comes from. The hosts take up what arrives within seconds. Hosts that stay behind have a fault of their own: GatewayListenerCertUnusable names them.",
      },
    },
    {
      name: "CertgateFleetHostnamesDark",
      expr:
        "fleet:certgate_hostnames_withheld:count >= 10 and fleet:certgate_hostnames_withheld:count / fleet:certgate_hostnames_managed:count > 0.05",
      for: "5m",
      severity: "critical",
      summary: "{{ $value }} hostnames of the fleet are without HTTPS",
      description:
        "More than one in twenty hostnames is withheld on at least one host. Domains that have moved away do not add up to that: " +
        "look for a common cause, such as an issuer, the distribution of files, or the latest change.",
      runbook: {
        meaning: "At least ten hostnames, and more than 5 % of all of them, are withheld somewhere.",
        impact: "HTTPS is down for these hostnames. All others go on.",
        diagnose: `1. \`reason:certgate_hostnames_withheld:count\` shows whether one reason stands out.
2. \`count by (instance) (certgate_gateway_listener_cert_withheld == 1)\` shows whether few hosts have them all. Then it is a volume or the clock of these hosts (CertgateSourceDown, CertgateClockWrong).
3. On all hosts alike: the issuer, the job that distributes certificates, or the latest change of the resources.`,
        remediate:
          "Undo the latest change, or repair the issuer or the distribution. Nothing has to be restarted.",
      },
    },
    {
      name: "CertgateFleetRenewalsLate",
      expr:
        "fleet:certgate_hostnames_expiring_soon:count >= 10 and fleet:certgate_hostnames_expiring_soon:count / fleet:certgate_hostnames_managed:count > 0.1",
      for: "1h",
      severity: "warning",
      summary: "Renewal is late for {{ $value }} hostnames of the fleet",
      description:
        "More than a tenth of all hostnames has a certificate that should have been renewed. A single domain that has moved away does not do that: " +
        "look at the account, the rate limits and the log of the issuer.",
      runbook: {
        meaning:
          "At least ten hostnames, and more than 10 % of all of them, have less of their life left than `gate.expiresSoon` says.",
        impact:
          "None yet. Without a repair they go dark one after the other, or together if they were issued together.",
        diagnose:
          `1. \`sort(min by (hostname) (certgate_gateway_listener_cert_expiry_time))\` shows which ends first.
2. The log of the issuer: an account that is blocked, a rate limit, a challenge that cannot be answered, a CA that has ended.
3. If the issuer has new ones: what should bring them to the hosts?`,
        remediate:
          "Repair the issuer or the distribution, and renew those first that end first. The alert ends as the new certificates arrive.",
      },
    },
    {
      name: "CertgateFleetHostsDown",
      expr:
        'count(max by (instance) (max_over_time(up{job="certgate"}[1d])) unless on (instance) up{job="certgate"} == 1) >= 2 and on () ' +
        "1 - fleet:certgate_hosts_up:count / (fleet:certgate_hosts:count + fleet:certgate_hosts_gone:count) > 0.1",
      for: "5m",
      severity: "critical",
      summary: "certgate is down or unseen on {{ $value }} hosts of the fleet",
      description:
        "At least two hosts, and more than a tenth of those seen within a day, give no metrics. A rollout, a network or a monitoring fault is more likely than many single ones.",
      runbook: {
        meaning: "Many hosts give no metrics at the same time, or have vanished altogether.",
        impact:
          "Where certgate is down, sites go on as they are and nothing changes any more. None of the other alerts can fire for these hosts.",
        diagnose:
          `1. \`up{job="certgate"} == 0\` and \`${GONE}\` name them. What do they share: a site, a network, a version?
2. Was something rolled out? Stop the rollout first.
3. \`curl -s http://127.0.0.1:9794/healthz\` on one of them. If it answers, the way from Prometheus is at fault.`,
        remediate:
          "Roll back what was rolled out (docs/fleet.md), or repair the network. Hosts that were taken out of service on purpose are forgotten after a day.",
      },
    },
    {
      name: "CertgateFleetHostGone",
      expr: "fleet:certgate_hosts_gone:count > 0",
      for: "15m",
      severity: "warning",
      summary: "{{ $value }} hosts are no longer seen in the fleet",
      description: "They were scraped within the last day and are not even tried any more:" +
        `{{ range query \`topk(5, ${GONE})\` }} {{ .Labels.instance }}{{ end }}. ` +
        "Where the whole host is gone, its own Prometheus cannot say so.",
      runbook: {
        meaning:
          "A host has left the fleet without leaving a target behind: it is off, its Prometheus is, or it was taken out of the configuration.",
        impact: "If it still serves, nobody watches it.",
        diagnose:
          `\`${GONE}\` names them. Is the host up? Does the job that federates or receives its metrics still have it?`,
        remediate:
          "Bring the host or its Prometheus back. If it was taken out on purpose, silence this alert for a day: then the host is forgotten.",
      },
    },
    {
      name: "CertgateFleetHooksSilent",
      expr: "fleet:certgate_hosts_hook_silent:count > 0 and " +
        "fleet:certgate_hosts_hook_silent:count / fleet:certgate_hosts_up:count > 0.1",
      for: "10m",
      severity: "critical",
      summary: "On {{ $value }} hosts of the fleet Envoy Gateway has never called certgate",
      description:
        "certgate has run for ten minutes on more than a tenth of the hosts without a single call. " +
        "A change of Envoy Gateway's configuration that was rolled out is the usual cause.",
      runbook: {
        meaning:
          "Since its start, certgate has not been called by Envoy Gateway on many hosts. Where the gate is off, no alert of a single host says so.",
        impact:
          "Envoy Gateway does not run, waits for an address at which nobody listens, or works without certgate; in the last case a bad certificate costs other hostnames too.",
        diagnose:
          `1. \`sum by (instance) (certgate_hook_calls_total{hook="PostTranslateModify"}) == 0\` names the hosts.
2. On one of them: compare the \`extensionManager\` block of Envoy Gateway with \`certgate eg-config\`.
3. In Kubernetes: are the values of docs/kubernetes.md in the ConfigMap \`envoy-gateway-config\`?`,
        remediate: "Correct the configuration of Envoy Gateway on all hosts and restart it.",
      },
    },
    {
      name: "CertgateFleetNotConverged",
      expr: "fleet:certgate_hosts_not_converged:count >= 2 and " +
        "fleet:certgate_hosts_not_converged:count / fleet:certgate_hosts_up:count > 0.1",
      for: "10m",
      severity: "critical",
      summary: "On {{ $value }} hosts of the fleet Envoy does not serve what was published",
      description:
        "For ten minutes a change has not arrived in Envoy on more than a tenth of the hosts. What was the latest change of the resources, of Envoy Gateway or of Envoy?",
      runbook: {
        meaning: "What certgate published is not in Envoy on many hosts at the same time.",
        impact: "Renewed certificates and changed routes do not arrive there. What was served goes on.",
        diagnose:
          "`max by (instance) (certgate_converged) == 0` names the hosts, `certgate status` on one of them what it waits for. CertgateEnvoyUpdateRejected and CertgateHookStalled say why.",
        remediate: "Undo the latest change on all hosts. Do not go on with a rollout while this fires.",
      },
    },
    {
      name: "CertgateFleetClocksWrong",
      expr: "fleet:certgate_hosts_clock_wrong:count >= 2",
      for: "5m",
      severity: "critical",
      summary: "The clocks of {{ $value }} hosts of the fleet cannot be right",
      description:
        "Several hosts doubt their clock at the same time: look at the time source that they share.",
      runbook: {
        meaning: "At least two hosts have a clock that cannot be right (CertgateClockWrong on each).",
        impact: "Certificates are judged by the latest time that is known to have passed.",
        diagnose:
          "`certgate_clock_wrong == 1` names the hosts. Which time servers do they have in common (`chronyc sources`)?",
        remediate: "Repair the time source. certgate judges everything anew when a clock has jumped.",
      },
    },
    {
      name: "CertgateFleetVersionSkew",
      expr: "count(version:certgate_hosts:count) > 1",
      // A staged rollout is over within hours.
      for: "6h",
      severity: "warning",
      summary: "{{ $value }} versions of certgate have run side by side for six hours",
      description: "A rollout has stopped half way, or hosts have been forgotten.",
      runbook: {
        meaning: "Hosts have run different versions for longer than a rollout takes.",
        impact: "None by itself. Verdicts may differ between hosts where a rule has changed.",
        diagnose:
          "`version:certgate_hosts:count` shows how many run each, `certgate_build_info` which hosts they are.",
        remediate: "Finish the rollout, or roll back (docs/fleet.md).",
      },
    },
  ],
};
