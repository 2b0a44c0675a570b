import type { AlertGroup } from "./alert.ts";

const POLICY = "{{ $labels.namespace }}/{{ $labels.name }}";

/** Policy objects, what they do to snapshots, and connectors. */
export const POLICY_ALERTS: AlertGroup = {
  name: "certgate.policy",
  alerts: [
    {
      name: "CertgateMutationFailing",
      // Only a call can count a failure, and calls may be far apart: hence the long window.
      expr: "sum without (kind, action) (increase(certgate_mutation_failures_total[15m])) > 0",
      for: "5m",
      severity: "warning",
      summary: "The change {{ $labels.mutation }} has failed on {{ $labels.instance }}",
      description:
        "In the last quarter of an hour {{ $labels.mutation }} could not be done for a part of a snapshot, and its failure policy decided what went out instead. " +
        "The log line 'a mutation failed' names the place and the reason.",
      runbook: {
        meaning:
          "One of the changes that come from policy objects failed for at least one route, virtual host, listener or cluster. The others went on. What happened there instead is the label `action` of `certgate_mutation_failures_total`.",
        impact: `- \`open\`: the part is served without the change. Of a firewall that means: not protected.
- \`closed\`: Envoy Gateway got an error and keeps its last snapshot. Sites go on as they were, and nothing changes any more; CertgateHookFailing fires too.
- \`http500\`: clients of that part get a 500.`,
        diagnose: `1. \`journalctl -u certgate -g 'a mutation failed'\`: what failed, where, and why.
2. The label \`kind\` of \`certgate_mutation_failures_total\`: \`lint\` means that Envoy would have refused the result, \`malformed\` that a part of the snapshot does not read; both stay until an object or the snapshot changes. \`threw\` and \`deadline\` may pass by themselves.
3. \`certgate replay FILE --diff\` with a saved snapshot shows the same steps, without serving anything.`,
        remediate:
          "Undo the latest change of a policy object, or take that object away. Until then \`mutations\` of the configuration says what is better for you, \`open\` or \`closed\`. The alert ends a quarter of an hour after the last failure. Report a failure of kind \`threw\`.",
      },
    },
    {
      name: "CertgateFirewallWithoutFilter",
      expr: "certgate_policy_filter_missing > 0",
      for: "1m",
      severity: "warning",
      summary:
        "The Envoy of {{ $labels.instance }} has no Go filter for the firewall: set policy.waf.enabled to off, or give it an Envoy with the filter",
      description:
        "A TrafficProtectionPolicy asks for the firewall, and the Envoy binary that certgate has found on this host would refuse it, with every listener and route that names it. " +
        "So it is not given the firewall: unless mutations of the configuration says otherwise, Envoy Gateway gets an error and no change of any host arrives. certgate status names the binary.",
      runbook: {
        meaning:
          "certgate has asked the Envoy binary of the host whether it knows the Go filter (`envoy.filters.http.golang`). It does not: only contrib builds of Envoy do.",
        impact:
          `- \`closed\` (the default of \`wafListener\` and \`wafRoute\`): Envoy Gateway keeps its last snapshot. Sites go on as they were, and no change of any host arrives, those without a policy included.
- \`http500\`: the routes under a policy answer 500, everything else goes on.
- \`open\`: nothing is protected, everything else goes on.`,
        diagnose: `1. \`certgate status\`: the policy says \`FilterOff\` and names the binary.
2. Is that the Envoy that serves? \`envoy.path\` says which one is asked; \`auto\` takes the first that is found.
3. \`certgate check --policy DIRECTORY --envoy BINARY\` asks any other binary.`,
        remediate:
          "Set \`policy.waf.enabled\` to \`off\`, or put an Envoy with the filter in its place: it is asked again within half a minute, and Envoy Gateway is made to call. If another Envoy serves, name that one in \`envoy.path\`.",
      },
    },
    {
      name: "CertgatePolicyNotProgrammed",
      expr: "certgate_tpp_cache_generation != certgate_tpp_applied_generation " +
        "or (certgate_tpp_cache_generation unless certgate_tpp_applied_generation)",
      for: "10m",
      severity: "warning",
      summary: `The policy ${POLICY} is not programmed on {{ $labels.instance }}`,
      description:
        `Generation {{ $value }} of the TrafficProtectionPolicy ${POLICY} has been on disk for ten minutes and no answer of the hook has it. ` +
        "Envoy protects what an earlier generation says, or nothing.",
      runbook: {
        meaning:
          "certgate has read this generation of a TrafficProtectionPolicy (`certgate_tpp_cache_generation`), and the hook has not put it into a snapshot yet (`certgate_tpp_applied_generation`).",
        impact: "The latest change of this policy is not in effect. Traffic itself goes on.",
        diagnose: `1. \`certgate status\` shows the policy, its conditions and why it is not programmed.
2. Is there a Gateway or an HTTPRoute with the name in \`targetRefs\`, in the namespace of the policy? A policy that nothing matches is never programmed.
3. Does an older policy, or one that is attached to the route itself, govern the same routes? Has it no directives, or is \`policy.waf.enabled\` \`off\`? The condition says so.
4. Does Envoy Gateway call the hook at all? CertgateEnvoyGatewayNotFollowing, \`certgate_hook_calls_total\`. Without the gate nothing makes Envoy Gateway come: it calls when something of its own changes.
5. Is the call answered with an error? CertgateMutationFailing, CertgateHookFailing.`,
        remediate:
          "Correct the target, or take the policy away that nothing needs. Without the gate, restart Envoy Gateway or touch one of its resources.",
      },
    },
    {
      name: "CertgatePolicyObjectsLeftOut",
      expr: "certgate_policy_refused_objects > 0 or certgate_policy_findings > 0",
      for: "5m",
      severity: "warning",
      summary: "{{ $value }} policy objects or files are not used as written on {{ $labels.instance }}",
      description:
        "Something in policy.paths has a mistake. It is left out alone, and its last good version stays in use where there is one. " +
        "certgate status names the file, the line and what to do.",
      runbook: {
        meaning:
          "A file or an object in `policy.paths` does not read, or says something that is not allowed there.",
        impact:
          "The latest change of that object is not in effect: its last good version is used, or nothing if there never was one. Every other object is.",
        diagnose:
          "`certgate status` lists every complaint as `file:line:column` with a hint; `certgate check --policy DIRECTORY` does so without the agent.",
        remediate: "Correct the file. It is taken within seconds, and the alert ends by itself.",
      },
    },
    {
      name: "CertgateConnectorOffline",
      expr: 'certgate_connectors{state="offline"} > 0',
      for: "30m",
      severity: "info",
      summary: "{{ $value }} connectors are offline on {{ $labels.instance }}",
      description:
        "Clients of what stands behind them get 503 with the text 'Tunnel not online'. certgate status names them.",
      runbook: {
        meaning:
          "The status of a Connector has not said `Ready` for half an hour. That is most often a machine of its owner that is switched off.",
        impact: "Everything behind that connector is answered with 503. Nothing else is affected.",
        diagnose:
          "`certgate status` names the connectors. Is the Connector object on disk up to date, or does what writes it not run any more?",
        remediate:
          "Nothing on this host, if the owner's machine is off. It is back within seconds after the object says `Ready` again.",
      },
    },
  ],
};
