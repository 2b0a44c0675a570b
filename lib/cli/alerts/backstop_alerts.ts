import type { AlertGroup } from "./alert.ts";

/** Layer two: what the hook had to do about snapshots, and whether it can do its work. */
export const BACKSTOP_ALERTS: AlertGroup = {
  name: "certgate.backstop",
  alerts: [
    {
      name: "TLSBackstopPruningChains",
      expr: "certgate_tls_pruned_chains_active > 0",
      for: "2m",
      severity: "warning",
      summary: "{{ $value }} TLS filter chains are being taken out of answers on {{ $labels.instance }}",
      description:
        "The backstop drops {{ $value }} filter chains from what Envoy Gateway sends to Envoy, because their certificates are bad. " +
        "Search the log for 'pruned invalid TLS chains': dropped_hostnames names who is affected. " +
        "Normal while GatewayListenerCertUnusable fires too, and where the gate is off.",
      runbook: {
        meaning:
          "A bad certificate has come as far as the snapshot that Envoy Gateway is about to send, and layer two took its filter chain out. " +
          "Where the gate is in use, layer one should have kept it out.",
        impact:
          "HTTPS is down for the hostnames in `dropped_hostnames`. Every other hostname goes on: that is what the backstop is for.",
        diagnose:
          `1. \`journalctl -u certgate -g 'pruned invalid TLS chains'\`: read \`dropped_hostnames\` and \`affected_listeners\`.
2. \`certgate explain HOSTNAME\` for one of them.
3. Does GatewayListenerCertUnusable fire for the same hostnames? Then there is one cause, and it is handled there.
   If it does not, a certificate reaches Envoy Gateway on a way that the gate does not see: a Secret in the cluster, another file in
   its directory, or a certificate that ended between two publications.`,
        remediate:
          "Repair the certificate as in GatewayListenerCertUnusable. Where another program writes Secrets into Envoy Gateway's directory, let them come through certgate.",
      },
    },
    {
      name: "TLSBackstopListenerAllCertsBroken",
      expr: "certgate_tls_listeners_left_intact_active > 0",
      for: "2m",
      severity: "critical",
      summary: "{{ $value }} listeners keep a certificate that Envoy will refuse, on {{ $labels.instance }}",
      description:
        "The backstop found a bad certificate in {{ $value }} listeners and could not take it out. " +
        "Envoy will refuse the update of these listeners and keep the old ones. " +
        "Layer one missed them because the certificate came on a way that it does not see, or because the listener is of a form that cannot be read.",
      runbook: {
        meaning:
          "A listener in the snapshot has a bad certificate, and certgate could neither remove the one chain nor replace the listener, because the listener is of a form that it cannot read well enough to change. It was left as it came.",
        impact:
          "Envoy refuses the update of this listener. What it served before goes on, but no change of any hostname on this listener arrives until this is repaired.",
        diagnose:
          `1. \`certgate status\` and \`journalctl -u certgate -g 'pruned invalid TLS chains'\`: \`affected_listeners\`.
2. \`certgate_snapshot_malformed_total\` above zero: parts of the snapshot could not be read. Save a snapshot and look with \`certgate replay FILE --diff\`.
3. CertgateEnvoyUpdateRejected fires too if Envoy has refused it already.
4. Is there an EnvoyPatchPolicy that changes this listener? That is the usual source of unusual listeners.`,
        remediate:
          "Replace the bad certificate (`certgate explain HOSTNAME` says what is wrong with it), or take the listener or the patch that makes it unusual out of the resources. Report a listener that should have been readable.",
      },
    },
    {
      name: "TLSBackstopListenerEmptied",
      expr: "sum without (action) (certgate_tls_emptied_listeners_active) > 0",
      for: "2m",
      severity: "warning",
      summary: "Every certificate of {{ $value }} listeners is bad on {{ $labels.instance }}",
      description:
        "The backstop removed or parked {{ $value }} listeners, because not one certificate of them can be used. " +
        "A single-host listener gets here with one bad certificate; of a listener with many, look for a common cause, such as a mount or a CA.",
      runbook: {
        meaning:
          "Every filter chain of a listener was bad. Envoy accepts no listener without any, so certgate has removed or parked it (`whenEmpty`).",
        impact: "HTTPS is down for every hostname of that listener. Other listeners go on.",
        diagnose: `1. \`certgate status\` names the hostnames and the reasons.
2. One hostname: as in GatewayListenerCertUnusable.
3. Many at once with one reason: look for what they share. The volume (CertgateSourceDown?), the issuer, the clock (\`timedatectl\`).`,
        remediate:
          "Repair the common cause, or the one certificate. The listener is back with the first usable certificate.",
      },
    },
    {
      name: "CertgateHookIncompleteInput",
      expr: "certgate_hook_incomplete_input == 1",
      for: "5m",
      severity: "warning",
      summary: "Envoy Gateway leaves out {{ $labels.kind }} from what it shows to certgate",
      description:
        "What certgate does not see it can neither judge nor prune. Set includeAll for {{ $labels.kind }}; certgate eg-config prints the whole block.",
      runbook: {
        meaning:
          "Envoy Gateway calls the hook, but its configuration does not ask for all kinds of resource.",
        impact: "The backstop is blind for what is missing. Nothing is down because of this alone.",
        diagnose: "Compare Envoy Gateway's configuration with what `certgate eg-config` prints.",
        remediate:
          "Put the printed `extensionManager` block into Envoy Gateway's configuration and restart it.",
      },
    },
    {
      name: "CertgateHookFailing",
      expr:
        'sum without (hook, outcome) (increase(certgate_hook_calls_total{outcome=~"degraded|error"}[5m])) > 0',
      for: "1m",
      severity: "critical",
      summary: "Hook calls fail on {{ $labels.instance }}",
      description:
        "In the last five minutes calls of Envoy Gateway ended in an error or with a part undone. " +
        "After an error Envoy Gateway keeps its last snapshot, so no change reaches Envoy. The log has the cause.",
      runbook: {
        meaning:
          "certgate could not answer a call, or one of its own steps failed and was undone. Both are mistakes in certgate or in what it was sent.",
        impact:
          "`error`: Envoy Gateway keeps what it had; sites go on, changes do not arrive. `degraded`: the answer went out without pruning.",
        diagnose:
          "`journalctl -u certgate -g level.*error`: `a hook call failed` or `a mutation failed and was undone`. `certgate status` shows whether later calls were answered.",
        remediate:
          "Restart certgate if it does not answer any more. Otherwise undo the latest change of the resources, and report the log line with a snapshot that `certgate replay FILE` fails on.",
      },
    },
    {
      name: "CertgateSnapshotTooLarge",
      expr:
        'sum without (grpc_method, grpc_code) (increase(grpc_server_handled_total{grpc_code="RESOURCE_EXHAUSTED"}[5m])) > 0',
      for: "1m",
      severity: "critical",
      summary: "A snapshot is larger than the largest message on {{ $labels.instance }}",
      description:
        "Envoy Gateway's snapshot was refused because of its size, and it keeps the last one: no change reaches Envoy. " +
        "Raise hook.maxMessageSize here and maxMessageSize in Envoy Gateway.",
      runbook: {
        meaning: "The snapshot has grown beyond `hook.maxMessageSize` (default 256 MiB).",
        impact: "Sites go on as they were. No change arrives at Envoy, renewed certificates included.",
        diagnose: "`certgate_hook_last_message_bytes` shows the size of the last snapshot that fitted.",
        remediate:
          "Raise `hook.maxMessageSize` in certgate's configuration, restart certgate, and put what `certgate eg-config` prints then into Envoy Gateway's.",
      },
    },
  ],
};
