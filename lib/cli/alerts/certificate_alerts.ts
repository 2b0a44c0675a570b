import type { AlertGroup } from "./alert.ts";

const LISTENER = "{{ $labels.namespace }}/{{ $labels.name }}/{{ $labels.listener }}";

/** Layer one: which hostnames are without HTTPS because of their certificate, or soon will be. */
export const CERTIFICATE_ALERTS: AlertGroup = {
  name: "certgate.certificates",
  alerts: [
    {
      name: "GatewayListenerCertUnusable",
      expr: "certgate_gateway_listener_cert_withheld == 1",
      for: "5m",
      severity: "warning",
      summary: `Listener ${LISTENER} is withheld: {{ $labels.reason }}`,
      description:
        "HTTPS is down for {{ $labels.hostname }} (reason {{ $labels.reason }}); every other hostname goes on. " +
        "certgate explain {{ $labels.hostname }} shows the cause and what to do.",
      runbook: {
        meaning:
          "The certificate of one listener is unusable, so certgate has left this listener out of what Envoy Gateway is given. " +
          "That is on purpose: with it, Envoy would refuse the whole update and every other hostname would suffer.",
        impact:
          "HTTPS is down for this one hostname. Plain HTTP on the same name, and HTTPS of every other name, go on.",
        diagnose:
          `1. \`certgate explain HOSTNAME\` shows each step from the files to Envoy, and where it stops.
2. Look at the \`reason\` label:
   - \`Expired\`: it was not renewed in time. Most often the domain has moved away, so that renewal cannot succeed:
     compare \`dig +short HOSTNAME\` with the addresses of this host.
   - \`NotYetValid\`: it starts on its first day by itself. If that day is in the past, look at the clock: \`timedatectl\`.
   - \`Pending\` or \`Missing\`: nothing usable has arrived. Look at the log of what issues the certificates (cert-manager, certbot).
   - \`KeyMismatch\` or \`Unreadable\`: something wrote a wrong or damaged file. \`certgate check DIRECTORY\` says which one.
   - \`Unsupported\`: it is intact, but Envoy does not take it. \`certgate check DIRECTORY\` says why.
   - Any other reason (\`Conflicted\`, \`HostnameInUse\`, \`NotAllowed\`, \`RefNotPermitted\` and so on) is not about the certificate
     but about what was written in the resources: \`certgate status\` names the file and the line.
3. \`journalctl -u certgate -g 'listener certificate unhealthy'\` shows since when.`,
        remediate:
          `- The domain has moved away: tell its owner; nothing on this host will help. It heals by itself when the name points here again and the renewal succeeds.
- Renewal is stuck for another reason: repair the issuer, or put a valid pair in place by hand.
- Wrong files: put the pair of certificate and key in place again.

No step is needed afterwards. certgate sees the new files within seconds and the hostname is back;
\`certgate wait --for programmed=HOSTNAME\` returns when it is.`,
      },
    },
    {
      name: "GatewayListenersWithheld",
      // Only where the families with a series per hostname are switched off: else the alert above says more.
      expr: "sum without (reason) (certgate_listeners_withheld) > 0 " +
        "unless on (instance, job) certgate_gateway_listener_cert_managed",
      for: "5m",
      severity: "warning",
      summary: "{{ $value }} listeners are withheld on {{ $labels.instance }}",
      description: "HTTPS is down for their hostnames; every other hostname goes on. " +
        "certgate status on that host names them.",
      runbook: {
        meaning:
          "As GatewayListenerCertUnusable, for hosts with `metrics.perHost: false`, where no metric names a hostname.",
        impact: "HTTPS is down for the hostnames of these listeners, and for no other.",
        diagnose:
          "`certgate status` on the host lists them with their reasons; then as in GatewayListenerCertUnusable.",
        remediate: "As in GatewayListenerCertUnusable, for each of them.",
      },
    },
    {
      name: "GatewayListenerCertExpiringSoon",
      // The first metric gives the value, the second decides: a fixed number of days would be always true of
      // certificates that live for six.
      expr:
        "certgate_gateway_listener_cert_expiry_time and certgate_gateway_listener_cert_expires_soon_time <= time()",
      for: "1h",
      severity: "warning",
      summary: `The certificate of listener ${LISTENER} ends soon`,
      description:
        "The certificate in {{ $labels.secret }} for {{ $labels.hostname }} ends on {{ $value | humanizeTimestamp }}. " +
        "Renewal should have happened by itself: check the DNS of the hostname and the log of the issuer.",
      runbook: {
        meaning:
          "A certificate that is in use has less of its life left than `gate.expiresSoon` says (default: a third), and nothing newer has arrived. " +
          "Issuers usually renew before that point, so a renewal is late.",
        impact: "None yet. At its end HTTPS for this one hostname stops.",
        diagnose:
          `1. \`certgate explain HOSTNAME\` shows the end of what is served, and whether something newer is there that cannot be used.
2. \`dig +short HOSTNAME\`: if the domain has moved away, renewal cannot succeed.
3. The log of the issuer: \`journalctl -u certbot\`, or \`kubectl describe certificate\` where cert-manager is used.
4. Has the renewed certificate arrived in the directory that certgate reads? \`certgate check DIRECTORY\`.`,
        remediate:
          `- The domain has moved away: tell its owner. Nothing else is affected when the certificate ends.
- Renewal fails: repair the issuer and renew by hand, e.g. \`certbot renew --cert-name NAME\`.
- It has been renewed elsewhere and does not arrive: look at the mount or at what copies it.

The alert ends by itself when the renewed certificate is in place.`,
      },
    },
    {
      name: "CertgateCertificateHeld",
      expr: "certgate_cert_held == 1",
      for: "15m",
      severity: "warning",
      summary:
        "An earlier certificate is served for {{ $labels.namespace }}/{{ $labels.secret }}: the latest is unusable",
      description:
        "What arrived last under {{ $labels.namespace }}/{{ $labels.secret }} cannot be used, so the one before goes on being served. " +
        "HTTPS works until that one ends. certgate status shows what is wrong with the latest.",
      runbook: {
        meaning:
          "A renewal has put something unusable in place (a wrong key, a damaged file, a date in the future). certgate keeps serving the pair before it, which is still valid.",
        impact:
          "None yet. When the earlier certificate ends, HTTPS of its hostnames stops: GatewayListenerCertUnusable fires then.",
        diagnose:
          "`certgate status` shows the pair with its reason and the hint; `certgate check DIRECTORY` says the same from the files alone.",
        remediate:
          "Issue the pair again, or copy certificate and key again as a pair. The alert ends by itself with the next usable pair.",
      },
    },
    {
      name: "CertgatePlatformCertUnusable",
      expr: "certgate_platform_cert_unusable > 0",
      for: "5m",
      severity: "critical",
      summary:
        "{{ $value }} certificates named by neverGate are outside their dates on {{ $labels.instance }}",
      description:
        "A shared certificate that certgate is told never to withhold for its dates has ended or not begun, and is served all the same. " +
        "Visitors of every hostname that it covers see a warning.",
      runbook: {
        meaning:
          "`neverGate` in the configuration names certificates, usually the shared wildcard of the platform, that are served whatever their dates say. One of them is outside its dates.",
        impact:
          "Browsers and clients refuse or warn about every hostname that this certificate covers. Envoy itself is fine.",
        diagnose: "`certgate status -o json` shows the pair; `certgate check DIRECTORY` its dates.",
        remediate: "Renew the shared certificate now. It is taken into use within seconds.",
      },
    },
  ],
};
