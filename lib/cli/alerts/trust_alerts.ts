import type { AlertGroup } from "./alert.ts";

const LOOK =
  "`certgate status -o json` shows it under `hookTls`: what is in use, when it ends, and what is wrong";

/** TLS of the hook. */
export const TRUST_ALERTS: AlertGroup = {
  name: "certgate.trust",
  alerts: [
    {
      name: "CertgateHookTlsNotReloaded",
      expr: "certgate_hook_tls_reload_failed == 1",
      for: "5m",
      severity: "warning",
      summary:
        "The hook's TLS files ({{ $labels.part }}) cannot be used on {{ $labels.instance }}, the ones before stay",
      description:
        "A file of hook.tls is away, damaged, does not fit the other one, or holds nothing but expired certificates. The hook goes on with what it read before, until that expires.",
      runbook: {
        meaning:
          "What is in the files of `hook.tls` is not what is in use: `identity` is certgate's own pair, `trust` the client CA bundle.",
        impact:
          "None at once: connections and new clients go on with what was read before. Clients with a certificate of a new CA are refused, and what is in use will expire.",
        diagnose:
          `1. ${LOOK}.\n2. The log has one line with the problem.\n3. \`openssl x509 -noout -subject -dates -in tls.crt\`, and \`openssl storeutl -noout -certs ca.crt\` for the bundle.`,
        remediate:
          "Write the files anew, each to another name first and then renamed. It is taken within `watch.pollInterval`; nothing has to be restarted. A restart while the files are broken does not come up again.",
      },
    },
    {
      name: "CertgateHookTlsExpiring",
      expr: "certgate_hook_tls_expires_soon == 1",
      for: "1h",
      severity: "warning",
      summary: "The hook's TLS ({{ $labels.part }}) ends soon on {{ $labels.instance }}",
      description:
        "The hook's own certificate, or the last of the authorities of its clients, is in the last part of its life and has not been renewed.",
      runbook: {
        meaning:
          "By the rule of `gate.expiresSoon` (a third of the life unless told) the end is near: of certgate's own certificate (`identity`), or of the last client CA (`trust`).",
        impact:
          "None yet. After the end Envoy Gateway cannot connect to the hook, and nothing changes at Envoy any more.",
        diagnose: `1. ${LOOK}.\n2. Ask whoever renews these files (cert-manager, a rotation) why it has not.`,
        remediate:
          "Renew the pair or the bundle in place; certgate takes it by itself. Let a bundle hold the old CA beside the new one until every client has a certificate of the new one.",
      },
    },
    {
      name: "CertgateHookTlsExpired",
      expr:
        "(certgate_hook_tls_expiry_timestamp_seconds > 0) and (certgate_hook_tls_expiry_timestamp_seconds <= time())",
      for: "1m",
      severity: "critical",
      summary: "The hook's TLS ({{ $labels.part }}) has expired on {{ $labels.instance }}",
      description:
        "The hook's own certificate, or every authority of its clients, has expired. Envoy Gateway cannot make a new connection to the hook.",
      runbook: {
        meaning:
          "Clients have to refuse the hook's certificate (`identity`), or the hook refuses every client (`trust`).",
        impact:
          "Sites go on as they are. As soon as Envoy Gateway has to connect anew it cannot, and nothing changes at Envoy any more (`failOpen: false`).",
        diagnose: `${LOOK}.`,
        remediate:
          "Renew the files in place; certgate takes them by itself, and Envoy Gateway connects again.",
      },
    },
    {
      name: "CertgateHookClientsRefused",
      expr:
        'sum by (instance, cause) (increase(certgate_hook_refused_clients_total{cause!="other"}[10m])) > 0',
      for: "10m",
      severity: "warning",
      summary: "The hook refuses clients on {{ $labels.instance }}: {{ $labels.cause }}",
      description:
        "For ten minutes somebody has been trying to call the hook and is turned away. If it is Envoy Gateway, its configuration does not change any more; if not, somebody is knocking who should not reach the port.",
      runbook: {
        meaning:
          "Connections to the hook end because of the client's certificate or protocol. The label `cause` says which: `no_certificate`, `foreign_ca`, `expired`, `not_yet_valid`, `wrong_name`, `old_tls`, `no_tls`.",
        impact:
          "If it is Envoy Gateway: changes do not arrive at Envoy. If it is somebody else: none, nothing that they send is read.",
        diagnose:
          "1. The log has a line with the address and what was seen, once a minute for each cause.\n2. `foreign_ca` right after a rotation: the client CA bundle has lost the old CA too early.\n3. `expired`: the client has not taken its renewed certificate.",
        remediate:
          "Give the client a certificate of a CA in `hook.tls.clientCa`, with one of the names in `hook.tls.allowedNames`. Close the port to everybody else.",
      },
    },
  ],
};
