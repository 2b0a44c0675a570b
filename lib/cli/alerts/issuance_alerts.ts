import type { AlertGroup } from "./alert.ts";

const ISSUED = 'certgate_issuance_attempts_total{outcome="issued"}';
// A series that is new begins with its first value: increase() does not see the certificates in it.
const ISSUED_LATELY = `(increase(${ISSUED}[6h]) > 0 or ${ISSUED} > 0 unless ${ISSUED} offset 6h)`;

/** Certificates that this host has issued for itself, where `issuance.output` is set. */
export const ISSUANCE_ALERTS: AlertGroup = {
  name: "certgate.issuance",
  alerts: [
    {
      name: "CertgateIssuerFailing",
      // One name that cannot be certified is not the issuer's fault: then it has issued others.
      expr: `certgate_issuance_failing_attempts >= 3 unless ignoring (outcome) ${ISSUED_LATELY}`,
      for: "10m",
      severity: "warning",
      summary: "{{ $labels.issuer }} issues nothing for {{ $labels.instance }}",
      description:
        "{{ $value }} attempts in a row have failed, and there was no certificate from this issuer for six hours. certgate status shows why.",
      runbook: {
        meaning:
          "An issuer of the configuration has failed at least three times for the pairs that wait for it, and has issued nothing for six hours.",
        impact:
          "None for hostnames with a usable pair: it is served until its end, and is renewed well before that. Hostnames that wait for their first pair are dark.",
        diagnose: `1. \`certgate status\` shows the words of the issuer, and when it is asked again.
2. \`sum by (kind) (increase(certgate_issuance_failures_total[1d]))\` says what it is. \`unreachable\` and \`late\`: the network, or the service is down. \`rateLimited\`: too many certificates; the time to come back is in the status. \`refused\`: the account, or what was asked. \`challenge\`: DNS, port 80 or the program that makes records. \`badAnswer\`: what came is no usable pair. \`broken\`: a file or a program of the configuration cannot be used.
3. \`certgate config check\`: is the configuration right, and may this binary run the program?
4. An ACME server: its status page, and \`curl -sI DIRECTORY\` from this host.`,
        remediate:
          "Repair what the words say. Where the service itself is down, wait: attempts go on by themselves, and the pairs that are there are served meanwhile. If it stays down near the end of certificates, name another issuer in the annotation: what is there is served until the new one has come.",
      },
    },
    {
      name: "CertgateRenewalOverdue",
      // The series is there only while the pair can be served: what is past its end is another alert's.
      expr: "time() - certgate_issuance_next_renewal_timestamp_seconds > 0",
      for: "1h",
      severity: "warning",
      summary:
        "The renewal of {{ $labels.namespace }}/{{ $labels.secret }} on {{ $labels.instance }} is overdue",
      description:
        "It should have been renewed {{ $value | humanizeDuration }} ago. It is served until its end, and goes dark then. certgate status shows what keeps the new one.",
      runbook: {
        meaning: "The time to renew a pair has passed an hour ago or more, and there is no new one.",
        impact: "None yet: what is there is usable. Without a repair its hostnames go dark at its end.",
        diagnose:
          `1. \`certgate status\` shows the pair with its end, the failed attempts, the words of the issuer and the next attempt.
2. Does CertgateIssuerFailing fire for its issuer? Then start there; else it is this pair alone: do its names still point to this host?
3. No failed attempts? Then \`timedatectl\`: nothing is asked for by a clock that cannot be right.`,
        remediate:
          "Repair what the words say; the next attempt then works. It can be had at once: stop certgate, run `certgate issue`, start it again. That cannot answer HTTP-01, which needs the agent.",
      },
    },
    {
      name: "CertgateIssuanceExhausted",
      expr: 'certgate_issuance_pairs{state="Exhausted"} > 0',
      for: "5m",
      severity: "warning",
      summary: "{{ $value }} pairs on {{ $labels.instance }} have used up their attempts",
      description:
        "Every attempt that issuance.attempts allows has failed. The next ones come after issuance.pause, a day by default. certgate status names the pairs.",
      runbook: {
        meaning:
          "A pair could not be issued in `issuance.attempts` attempts, or was issued again and again and did not stay. It is left alone for `issuance.pause`.",
        impact:
          "A hostname that has a usable pair keeps it until its end. One that has none yet is dark, and stays so until the pause is over.",
        diagnose:
          `1. \`certgate status\` shows the pair, the words of the latest failure and when the next attempt is.
2. \`certgate intents\`: is what is asked for what was meant? A name with a typing error is refused by every issuer.
3. Issued again and again: something else writes below \`issuance.output\`, or takes files away from there.`,
        remediate:
          "Repair the cause. Then change the annotation or the names, if these were wrong: another certificate that is asked for has a budget of its own at once. If the cause was elsewhere, wait for the next attempt. A restart does not bring it earlier, on purpose: limits of issuers outlive restarts too.",
      },
    },
  ],
};
