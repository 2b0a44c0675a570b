import type { AlertGroup } from "./alert.ts";

/** certgate itself. */
export const DAEMON_ALERTS: AlertGroup = {
  name: "certgate.daemon",
  alerts: [
    {
      name: "CertgateDown",
      // The second half sees that nothing is scraped at all, which leaves no "up" to be 0.
      expr: 'up{job="certgate"} == 0 or absent(up{job="certgate"})',
      for: "2m",
      severity: "critical",
      summary: "certgate is down or not scraped{{ with $labels.instance }} on {{ . }}{{ end }}",
      description:
        "Prometheus gets no metrics from certgate{{ with $labels.instance }} on {{ . }}{{ end }}. While it is down Envoy Gateway sends no update to Envoy, and none of the other alerts can fire.",
      runbook: {
        meaning: "Prometheus cannot scrape certgate, or its configuration has no job of the name `certgate`.",
        impact:
          "If certgate is down: sites go on as they are, and nothing changes any more, renewed certificates included, because Envoy Gateway waits for the hook (`failOpen: false`).",
        diagnose: `1. \`systemctl status certgate\`; \`journalctl -u certgate -n 50\`
2. \`curl -s http://127.0.0.1:9794/healthz\` on the host. If it answers, the way from Prometheus is at fault: by default certgate listens on loopback only (\`http.listen\`).`,
        remediate:
          "Start it: `systemctl restart certgate`. It takes up where it was, within seconds. If it does not start, its last line says why, with a hint.",
      },
    },
    {
      name: "CertgateNotReady",
      expr: "certgate_ready == 0",
      for: "5m",
      severity: "critical",
      summary: "certgate runs and does not get ready on {{ $labels.instance }}",
      description:
        "certgate has not finished loading for five minutes and answers no hook call. Envoy Gateway keeps what it had. The log says what it waits for.",
      runbook: {
        meaning: "The process runs, but its first full load has not ended.",
        impact: "As while it is down: sites go on, changes do not arrive.",
        diagnose:
          "`journalctl -u certgate -n 50`; `certgate status`. A source on a hanging network mount is a usual cause (`ls` on it hangs too).",
        remediate: "Repair the mount, or take the source out of the configuration and restart certgate.",
      },
    },
  ],
};
