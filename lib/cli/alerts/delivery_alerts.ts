import type { AlertGroup } from "./alert.ts";

/** Whether what certgate publishes goes through Envoy Gateway, and Envoy takes it. */
export const DELIVERY_ALERTS: AlertGroup = {
  name: "certgate.delivery",
  alerts: [
    {
      name: "CertgatePublicationFailed",
      expr: "certgate_gate_publish_failed == 1",
      for: "1m",
      severity: "critical",
      summary: "certgate cannot write what Envoy Gateway reads, on {{ $labels.instance }}",
      description:
        "The latest publication could not be written, so Envoy Gateway has the one before. Renewals and repairs do not arrive. " +
        "certgate status shows the error; is the disk full?",
      runbook: {
        meaning:
          "Writing `certgate.yaml` into `gate.output` failed. The file that is there is whole: it is the publication before.",
        impact:
          "Sites go on as they were. Renewed certificates, repaired hostnames and changed routes do not arrive.",
        diagnose:
          "`certgate status` and `journalctl -u certgate -g 'level.*(warn|error)'` show the error. `df -h` and `df -i` of the directory; its owner and mode.",
        remediate: "Make room or repair the permissions. certgate tries again by itself.",
      },
    },
    {
      name: "CertgateHookStalled",
      // The value is the time since when; time() - T alone on the other side keeps it.
      expr: "(certgate_gate_pending_since_timestamp_seconds > 0) < time() - 60",
      for: "2m",
      severity: "critical",
      summary: "Envoy Gateway has not taken up what was published on {{ $labels.instance }}",
      description:
        "Published on {{ $value | humanizeTimestamp }} and not yet seen in a hook call. Is Envoy Gateway running, and does its log complain about a file?",
      runbook: {
        meaning:
          "certgate has published something, and Envoy Gateway has not called the hook with it. Usually it takes less than a second.",
        impact: "Envoy serves what it had. Renewed certificates and repaired hostnames do not arrive.",
        diagnose: `1. Is Envoy Gateway running? \`systemctl status envoy-gateway\`
2. Its log: one bad file in its directory makes it give up the whole reload. Are there files of others beside \`certgate.yaml\`?
3. Does its configuration watch the directory of \`gate.output\`, call the right socket, and know the kind \`CertState\`? Compare with \`certgate eg-config\`.
4. May its user read \`certgate.yaml\` (mode 0600) and connect to the hook's socket (mode 0660, \`hook.group\`)?
5. CertgateHookFailing fires too if calls arrive and fail.`,
        remediate:
          "Repair what its log complains about, or start it again: at its start it reads everything anew. `certgate wait --for converged` returns when all is well.",
      },
    },
    {
      name: "CertgateEnvoyGatewaySilent",
      expr: "certgate_gate_publications_total > 0 " +
        'unless sum without (hook, outcome) (certgate_hook_calls_total{hook="PostTranslateModify"}) > 0',
      for: "5m",
      severity: "critical",
      summary: "Envoy Gateway has not called once since certgate started on {{ $labels.instance }}",
      description:
        "certgate has published, and no hook call has come at all. Envoy Gateway is not running, cannot reach the hook, or is not configured to call it. " +
        "certgate eg-config prints what it needs.",
      runbook: {
        meaning:
          "Since its start certgate has not been called by Envoy Gateway, although there was something to take up.",
        impact: "Envoy, if it runs, serves what it had. Nothing new arrives, and the backstop sees nothing.",
        diagnose: `1. \`systemctl status envoy-gateway\`
2. \`certgate status\` shows where the hook listens. Can the user of Envoy Gateway connect there? (\`ls -l /run/certgate/hook.sock\`, \`hook.group\`)
3. Compare the \`extensionManager\` block of its configuration with \`certgate eg-config\`.`,
        remediate:
          "Start Envoy Gateway, or correct its configuration or the group of the socket, and restart it.",
      },
    },
    {
      name: "CertgateNotConverged",
      expr: "certgate_converged == 0 and on (instance, job) certgate_listeners_managed > 0",
      for: "10m",
      severity: "warning",
      summary: "Envoy does not serve everything that was published on {{ $labels.instance }}",
      description:
        "For ten minutes Envoy has not served every certificate that it should. certgate status names the listeners that wait.",
      runbook: {
        meaning:
          "What certgate published has not arrived in Envoy in full. One of the other alerts of this group usually says why.",
        impact: "Some hostnames are served with an earlier certificate, or not yet.",
        diagnose:
          "`certgate status` shows what each listener waits for, `certgate explain HOSTNAME` the step at which it stops. Look at CertgateHookStalled, CertgateEnvoyUpdateRejected and CertgateEnvoyListenerWarming.",
        remediate:
          "Follow the alert that names the cause. `certgate wait --for converged` returns when everything is served.",
      },
    },
    {
      name: "CertgateEnvoyUnreachable",
      expr: "certgate_envoy_up == 0",
      for: "2m",
      severity: "warning",
      summary: "The admin endpoint {{ $labels.admin }} of Envoy does not answer on {{ $labels.instance }}",
      description:
        "certgate cannot see what Envoy serves, so Programmed may be out of date. Is Envoy running?",
      runbook: {
        meaning: "An Envoy that certgate looks at (`envoy.admin`) does not answer.",
        impact:
          "If Envoy is down, all of its hostnames are. If only the endpoint is closed, certgate merely cannot confirm what is served.",
        diagnose:
          "`curl -s http://ADMIN/ready` with the address of the label. Is there an Envoy process (`pgrep -a envoy`)? `certgate status` shows the error.",
        remediate: "Start Envoy (Envoy Gateway does it on a host of its own), or correct `envoy.admin`.",
      },
    },
    {
      name: "CertgateEnvoyUpdateRejected",
      expr: "increase(certgate_envoy_update_rejected_total[5m]) > 0",
      for: "1m",
      severity: "critical",
      summary: "Envoy refuses {{ $labels.type }} updates on {{ $labels.instance }}",
      description:
        "In the last five minutes Envoy has refused updates of type {{ $labels.type }}, and goes on with what it had. " +
        "The log of Envoy has the reason.",
      runbook: {
        meaning:
          "Envoy has refused an update (NACK). `lds` are listeners, `cds` clusters, `rds` routes, `sds` certificates. It keeps what it had before of that type. " +
          "The backstop exists so that no certificate causes this; if one does, a rule is missing.",
        impact:
          "Everything of that type in the refused update stays as it was: for `lds` new hostnames and certificates of the listener, for `rds` the routes of the refused table, for `cds` the refused clusters.",
        diagnose:
          `1. The log of Envoy: \`rejected\` lines name the resource and the reason. Of \`lds\`: \`curl -s http://ADMIN/config_dump?resource=dynamic_listeners\` shows \`error_state\`.
2. Is it about a certificate (\`Failed to load certificate chain\`, \`KEY_VALUES_MISMATCH\`, \`Failed to parse\`)? Then look at TLSBackstopListenerAllCertsBroken and at \`certgate status\`.
3. Is it about anything else (a route, a filter, a bad port)? Then certificates have no part in it: undo the latest change of the resources or of an EnvoyPatchPolicy.`,
        remediate:
          "Undo or repair the named resource. Where it was a certificate that certgate let through, replace it and report it with `certgate check DIRECTORY -o json`: the rule for it is missing.",
      },
    },
    {
      name: "CertgateEnvoyListenerWarming",
      expr: "certgate_envoy_listeners_warming > 0",
      for: "2m",
      severity: "critical",
      summary: "{{ $value }} listeners of Envoy wait before they serve on {{ $labels.instance }}",
      description:
        "Listeners of the Envoy at {{ $labels.admin }} are warming: they wait for a certificate or a route table that does not come, and their update is not in effect.",
      runbook: {
        meaning:
          "Envoy has accepted an update of a listener and waits for something that it refers to, most often a certificate that nobody gives it.",
        impact: "A listener that existed before goes on in its old form. A new one does not serve at all.",
        diagnose:
          "`certgate status` names the listeners. `curl -s http://ADMIN/config_dump?resource=dynamic_warming_secrets` (and `dynamic_listeners`) shows what is waited for.",
        remediate:
          "Give it the missing Secret, or take the reference away. If certgate should have withheld the listener, report it.",
      },
    },
    {
      name: "CertgateEnvoyFetchTimeout",
      expr: "increase(certgate_envoy_init_fetch_timeout_total[5m]) > 0",
      for: "2m",
      severity: "critical",
      summary: "Envoy has begun without something that it waited for on {{ $labels.instance }}",
      description:
        "An Envoy has asked for a certificate or another resource, got no answer in time, and begun without it. Handshakes of the hostname in question fail.",
      runbook: {
        meaning:
          "Envoy waits for a resource for a limited time and then begins without it. A listener that begins without its certificate accepts connections and drops them.",
        impact: "The hostnames whose certificate did not come are down.",
        diagnose:
          "As in CertgateEnvoyListenerWarming; the log of Envoy says `initial fetch timeout` with the name.",
        remediate: "As in CertgateEnvoyListenerWarming.",
      },
    },
  ],
};
