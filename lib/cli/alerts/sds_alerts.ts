import type { AlertGroup } from "./alert.ts";

/** Whether Envoys take the certificates that they ask certgate itself for. */
export const SDS_ALERTS: AlertGroup = {
  name: "certgate.sds",
  alerts: [
    {
      name: "CertgateSdsRefused",
      expr: "increase(certgate_sds_nacks_total[5m]) > 0",
      for: "1m",
      severity: "critical",
      summary: "An Envoy has refused a certificate of certgate on {{ $labels.instance }}",
      description: "certgate took a certificate or a CA bundle for usable, and a running Envoy refused it. " +
        "The one before goes on. certgate status has the words of Envoy.",
      runbook: {
        meaning:
          "An Envoy that asks certgate for certificates has refused one (NACK). certgate judges each before Envoy sees it, so a rule is missing, or " +
          "this Envoy is of another kind than the binary that certgate asks (`envoy.path`). That version is sent to nobody any more.",
        impact:
          "None at once where an earlier certificate is still valid: it is pushed again, and goes on until it ends. Without one its hostname is without HTTPS. No other hostname is hit.",
        diagnose: `1. \`certgate status\` has the words of Envoy, and until when the earlier one is served.
2. \`certgate check DIRECTORY --envoy /usr/local/bin/envoy\` asks a binary about the same files. Is it the one that runs?
3. \`journalctl -u certgate -g 'an Envoy refused a secret'\` shows which Envoy it was, in the field \`node\`.`,
        remediate:
          "Issue the pair again in a common form (ECDSA P-256 or RSA 2048), or set `envoy.path` to the Envoy that runs. What is put in place next is judged anew. Please report what Envoy said.",
      },
    },
    {
      name: "CertgateSdsNotAcknowledged",
      expr: "certgate_sds_pending_names > 0 and on (instance, job) certgate_sds_connections > 0",
      for: "2m",
      severity: "warning",
      summary: "{{ $value }} certificates are not taken by every Envoy on {{ $labels.instance }}",
      description:
        "For two minutes an Envoy has not answered to what it was sent. It takes milliseconds. certgate status names them.",
      runbook: {
        meaning:
          "certgate has sent a newer certificate or CA bundle to an Envoy that asks for it, and that Envoy has neither taken nor refused it.",
        impact: "This Envoy serves the earlier one. Hostnames stay up as long as that is valid.",
        diagnose: `1. \`certgate status --all\` names what waits, and who is connected.
2. Does the Envoy answer? \`curl -s http://ADMIN/ready\`; its log and its processor time.
3. \`curl -s http://ADMIN/stats?filter=update_\` of the Envoy: do \`update_attempt\` and \`update_success\` of its secrets go up?`,
        remediate:
          "An Envoy that hangs has to be restarted; it then asks for everything anew. `certgate wait --for converged` returns when all is taken.",
      },
    },
    {
      name: "CertgateSdsNobodyAsks",
      expr:
        "sum without (kind) (certgate_sds_names) > 0 unless on (instance, job) certgate_sds_connections > 0",
      for: "5m",
      severity: "warning",
      summary: "No Envoy asks certgate for certificates on {{ $labels.instance }}",
      description:
        "{{ $value }} names can be asked for, and for five minutes no Envoy has been connected. Is it running, and may it connect?",
      runbook: {
        meaning:
          "Sources have `delivery: sds`, or there are bundles, and no Envoy is connected to certgate's SDS server.",
        impact:
          "An Envoy that runs goes on with what it has, until that ends; renewals do not reach it. An Envoy that starts now gets nothing, and closes every connection.",
        diagnose: `1. Is Envoy running? \`pgrep -a envoy\`
2. May its user connect? \`ls -l /run/certgate/sds.sock\`, \`sds.group\`. Over TCP: its certificate has to come from an authority in \`sds.tls.clientCa\`.
3. Without Envoy Gateway: does its configuration have the cluster that leads to certgate, and \`node.id\` and \`node.cluster\`? Compare with \`certgate envoy-config\`.
4. With Envoy Gateway: has it called the hook since? The hook writes the cluster (CertgateEnvoyGatewaySilent).
5. \`curl -s http://ADMIN/clusters | grep certgate_sds\` shows why connections fail.`,
        remediate:
          "Start Envoy, or set `sds.group` to its group and restart certgate. Envoy tries again every second.",
      },
    },
    {
      name: "CertgateSdsUnknownName",
      expr: "certgate_sds_unknown_names > 0",
      for: "5m",
      severity: "warning",
      summary: "Envoys ask for {{ $value }} names that are not to be had, on {{ $labels.instance }}",
      description:
        "There is no usable pair or bundle under a name that an Envoy asks for, so it closes the connections that need it. certgate status names it.",
      runbook: {
        meaning:
          "An Envoy asks for a name under which certgate has nothing to send: no source has a pair of that name, or it has one that was never usable and none before it.",
        impact:
          "Connections to the hostnames that need it are closed. No other hostname waits for it or is hit.",
        diagnose:
          `1. \`certgate status\` names it. A pair that is there and not usable stands in the table with the reason.
2. A name that nobody has: pairs are asked for as \`namespace/name\` of their Secret, bundles as \`trust/namespace/name\`. \`certgate status --all\` lists the names there are.
3. Did a folder move, or a source of the configuration change? \`certgate config show\``,
        remediate:
          "Put the pair in place, or correct the name in Envoy's configuration. A pair that arrives is sent at once, and nothing has to be restarted.",
      },
    },
  ],
};
