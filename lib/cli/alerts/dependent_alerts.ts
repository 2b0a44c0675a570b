import type { AlertGroup } from "./alert.ts";

/** Those who do not read a new authority by themselves. */
export const DEPENDENT_ALERTS: AlertGroup = {
  name: "certgate.dependents",
  alerts: [
    {
      name: "CertgateDependentStale",
      expr: "certgate_dependent_stale == 1",
      for: "5m",
      severity: "critical",
      summary: "{{ $labels.name }} refuses the authority in place on {{ $labels.instance }}",
      description:
        "A handshake with a certificate of the current authority of the control plane is refused, so the dependent still trusts an earlier one only. Envoy cannot talk to it.",
      runbook: {
        meaning:
          "certgate has shown a certificate of the authority in place to the `probe` of this dependent, and was refused: it has read its trust before the last rotation and not since.",
        impact:
          "Whatever Envoy asks this dependent for fails. For the rate limit service that means no limits, or refused requests, as its failure mode says.",
        diagnose:
          `1. \`certgate status\` shows under its dependents what became of the restart, instance by instance.
2. Does CertgateDependentRestartFailed fire too? Then start there.
3. Was the restart done and it is still refused? Then it reads its trust from elsewhere: compare its file with \`certs/envoy-rate-limit/ca.crt\` below \`rotation.configHome\`, with \`certgate bundle\`.
4. Does \`probe\` name the right address, and does the server there take the certificates of Envoy at all?`,
        remediate:
          "Restart it by hand, or correct which file it reads. The next look, within a minute, ends the alert. An instance that is not named in `rotation.dependents` is not restarted: name it, for the next rotation.",
      },
    },
    {
      name: "CertgateDependentRestartFailed",
      expr: "certgate_dependent_restart_failed == 1",
      for: "2m",
      severity: "warning",
      summary: "{{ $labels.name }} is not restarted for the new authority on {{ $labels.instance }}",
      description:
        "After a rotation an instance could not be restarted, did not get healthy, or had to wait because too few others are up. The instances behind it were left alone. certgate status shows which and why.",
      runbook: {
        meaning:
          "The roll of this dependent has stopped. `certgate_dependent_restarts_total` says how: `failed` could not be done, `unhealthy` was done and it did not get well, `held` would have taken too many instances down.",
        impact:
          "None at once: certificates of both authorities are trusted until the next rotation but one, except by what was not restarted, which refuses the new one (CertgateDependentStale). Instances that were not reached go on as they were.",
        diagnose: `1. \`certgate status\` names the instance and the reason.
2. \`NotPermitted\` in the log: user certgate may not restart the unit, see docs/dependents.md, or the binary may not run the command (\`certgate config check\`).
3. Unhealthy: its own log, e.g. \`journalctl -u ratelimit\`. Can it read its new files?
4. Held: another instance of it is down. Why?`,
        remediate:
          "Repair what the reason says. certgate tries again after a minute, then after two, and at least each hour; a restart of certgate does not hurry it. What is healthy already is not restarted again.",
      },
    },
  ],
};
