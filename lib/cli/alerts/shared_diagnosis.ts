/** What every runbook builds on. Markdown, ends with a line break. */
export const SHARED_DIAGNOSIS = `## Shared diagnosis

**Two layers.** Layer one, the gate, reads the certificates and what you wrote, and gives Envoy Gateway only listeners whose certificates are
usable. Layer two, the backstop, looks at everything that Envoy Gateway is about to send to Envoy, and takes out what Envoy would refuse. So a
bad certificate costs its own hostname HTTPS, and no other.

**Unusable** means that Envoy would refuse the certificate, or that its dates are over or have not begun. It is proved, never guessed: what
certgate cannot judge it leaves alone. The reasons are Expired, NotYetValid, KeyMismatch, Missing, Unreadable, Unsupported and Pending.

The most common cause by far: a domain has moved away, so its renewal fails, and its certificate ends. That is for the owner of the domain to
repair; nothing else on the host is affected, and it heals by itself.

**Look, in this order**, on the host that the alert names:

1. \`certgate status\`: every Gateway, listener, pair and source, with the reason and a hint for what is not well.
2. \`certgate explain HOSTNAME\`: one hostname, step by step from the files on disk to what Envoy serves now, with the evidence of each step.
3. \`certgate check DIRECTORY\`: judges files without the daemon; exit code 0 means that every pair is usable.
4. \`journalctl -u certgate -g 'level.*(warn|error)'\`: the log. \`listener certificate unhealthy\` and \`pruned invalid TLS chains\` are the lines to search for.

**Recovery needs no step.** certgate sees repaired files within seconds and publishes them. \`certgate wait --for programmed=HOSTNAME\`
returns when Envoy serves the hostname again, \`certgate wait --for converged\` when it serves everything.
`;
