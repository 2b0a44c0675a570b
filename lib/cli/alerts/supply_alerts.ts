import type { AlertGroup } from "./alert.ts";

/** What certgate lives on: the volumes, the operator's files, the clock. */
export const SUPPLY_ALERTS: AlertGroup = {
  name: "certgate.supply",
  alerts: [
    {
      name: "CertgateSourceDown",
      expr: "certgate_source_up == 0",
      for: "2m",
      severity: "warning",
      summary: "certgate cannot look at the source {{ $labels.source }} on {{ $labels.instance }}",
      description:
        "Renewed certificates from {{ $labels.source }} do not arrive. What was good before is held and served until it ends. " +
        "certgate status shows the error.",
      runbook: {
        meaning: "A place where certificates arrive (`sources[].path`) cannot be looked at.",
        impact:
          "Nothing is dark because of this alone: the last good pairs are held, across restarts too. Renewals do not arrive, and each pair is served only until it ends (`certgate_cert_not_after`).",
        diagnose: `1. \`certgate status\` shows the words of the error beside the source.
2. Look as the user that certgate runs as: \`sudo -u USER ls -la DIRECTORY\`. Missing: is the volume mounted (\`findmnt\`)? Denied: owner and mode of every directory above.
3. \`certgate check 'PATTERN'\` with the pattern of the configuration says what can be read.`,
        remediate:
          "Mount the volume or repair the permissions. certgate finds it by itself at the next look.",
      },
    },
    {
      name: "CertgateResourcesLeftOut",
      expr: "certgate_resource_findings > 0",
      for: "5m",
      severity: "warning",
      summary: "{{ $value }} complaints about the resource files on {{ $labels.instance }}",
      description:
        "Something in gate.resources cannot be published as it is written. A bad file stays out alone and its last good version is kept. " +
        "certgate status names the file, the line and what to do.",
      runbook: {
        meaning:
          "A file or an object in `gate.resources` has a mistake. Envoy Gateway would give up its whole reload over it, so certgate keeps it out and goes on with the last good version of that file.",
        impact: "The latest change of that file is not in effect. Everything else is.",
        diagnose: "`certgate status` lists every complaint as `file:line:column` with a hint.",
        remediate: "Correct the file. It is published within seconds, and the alert ends by itself.",
      },
    },
    {
      name: "CertgateClockWrong",
      expr: "certgate_clock_wrong == 1",
      for: "1m",
      severity: "critical",
      summary: "The clock of {{ $labels.instance }} cannot be right",
      description:
        "certgate judges dates by a later time that it knows for certain. Valid certificates may look as if they had ended or not begun. Check time synchronisation.",
      runbook: {
        meaning:
          "The clock of the host shows a time that cannot be right: before certgate was released, or, shortly after the start, more than a day before its own last run.",
        impact:
          "Certificates are judged by the latest time that is known to have passed. Renewals and everything else on the host that depends on dates may fail.",
        diagnose:
          "`timedatectl` (System clock synchronized: yes?), `chronyc tracking`. `certgate status` shows what is wrong with the clock.",
        remediate:
          "Repair the time synchronisation. certgate judges everything anew when the clock has jumped; no restart is needed.",
      },
    },
    {
      name: "CertgateConfigReloadFailed",
      expr: "certgate_config_reload_failed == 1",
      for: "5m",
      severity: "warning",
      summary: "The configuration on disk is not the one in use on {{ $labels.instance }}",
      description:
        "A reload failed and the configuration before it stays in use. certgate config check says what is wrong. " +
        "The next restart would fail, or take into use what nobody has tried.",
      runbook: {
        meaning:
          "SIGHUP made certgate read its configuration again, and it was wrong or contained a change that needs a restart.",
        impact: "None yet; a restart with a wrong file does not start.",
        diagnose:
          "`certgate config check` names the place. If it says ok, `journalctl -u certgate -g 'need a restart'` names the keys that only a restart changes.",
        remediate: "Correct the file and send SIGHUP again, or restart certgate.",
      },
    },
  ],
};
