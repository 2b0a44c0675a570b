import type { AlertGroup } from "./alert.ts";

/** The certificates of Envoy Gateway itself, where `rotation.configHome` is set. */
export const ROTATION_ALERTS: AlertGroup = {
  name: "certgate.rotation",
  alerts: [
    {
      name: "CertgateControlPlaneCaExpiringSoon",
      // Of its lifetime, not days: an authority may be made for a week or for ten years.
      expr: "(certgate_control_plane_ca_expiry_timestamp_seconds - time()) / " +
        "(certgate_control_plane_ca_expiry_timestamp_seconds - certgate_control_plane_ca_start_timestamp_seconds) < 0.15 " +
        "and certgate_control_plane_ca_expiry_timestamp_seconds > 0",
      for: "15m",
      severity: "critical",
      summary: "The authority of the control plane on {{ $labels.instance }} is near its end",
      description:
        "{{ $value | humanizePercentage }} of its lifetime is left. When it ends, Envoy, Envoy Gateway and the rate limit service do not accept each other any more.",
      runbook: {
        meaning:
          "The authority that signed the certificates of Envoy Gateway, Envoy and the rate limit service ends soon. Automatic rotation would have replaced it before this.",
        impact:
          "None yet. After its end Envoy goes on with what it has, but gets no update over a new connection, renewed certificates of hosts included, and a restarted Envoy gets nothing at all.",
        diagnose: `1. \`certgate status\` says when it ends, and why a rotation has not begun or has failed.
2. \`certgate config show\`: is \`rotation.automatic\` on?
3. \`timedatectl\`: nothing begins by a clock that cannot be right.`,
        remediate:
          "Rotate by hand: `certgate certgen --config-home DIR --staged` as the user that Envoy Gateway runs as; nobody has to be stopped for it. Then set `rotation.automatic: true`.",
      },
    },
    {
      name: "CertgateRotationFailed",
      expr: "certgate_rotation_failing == 1 or certgate_control_plane_tree_broken == 1",
      for: "10m",
      severity: "warning",
      summary: "The certificates of the control plane on {{ $labels.instance }} cannot be rotated",
      description:
        "The latest attempt has failed, or the files in certs below rotation.configHome do not make a whole. certgate status shows why.",
      runbook: {
        meaning:
          "`certgate run` could not replace the certificates of Envoy Gateway, Envoy and the rate limit service, or it finds files that are missing, cannot be read or do not fit together.",
        impact:
          "None at once: a rotation that fails leaves what can be used. It is tried again, after a minute at first and every hour at last. When the authority ends, updates do not reach Envoy any more.",
        diagnose: `1. \`certgate status\` shows the words of the error with a hint.
2. \`journalctl -u certgate --since -1d | grep 'rotation of the control plane'\`
3. \`ls -la DIR/certs DIR/certs/*/\` as the user of certgate: can it read all of it, and write in \`certs\`? The unit needs \`ReadWritePaths=\`, see the example \`config-home.conf\`.`,
        remediate:
          "Repair owner, mode or disk; the next attempt then works, or `systemctl reload certgate` makes it at once. Files that do not fit together are made anew by `certgate certgen --config-home DIR --overwrite`.",
      },
    },
    {
      name: "CertgateRotationStuck",
      expr: "sum without (phase) (certgate_rotation_phase) > 0",
      for: "1h",
      severity: "warning",
      summary: "A rotation of the control plane on {{ $labels.instance }} does not end",
      description:
        "A rotation has begun an hour ago or more and is neither finished nor given up. Usually a command was stopped, and automatic rotation is off.",
      runbook: {
        meaning:
          "Certificates of the control plane are being replaced, and the rotation stands at one step for an hour. It takes a few minutes.",
        impact:
          "None: what is in place at each step works. But the old authority goes on to its end, and no other rotation can begin.",
        diagnose: `1. \`certgate status\` says which step it is at, and whether certgate goes on with it.
2. One that a command has begun is left to the command while \`rotation.automatic\` is off. Does it still run? \`pgrep -af 'certgate certgen'\`
3. Where \`rotation.convergence\` is hours long, this is a wait.`,
        remediate:
          "`certgate certgen --config-home DIR --staged` goes on with it and ends it. With `rotation.automatic: true` certgate does so by itself.",
      },
    },
  ],
};
