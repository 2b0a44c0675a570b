import type { CommandHelp } from "./command_help.ts";

const WRONG = "wrong usage or configuration";

/** Of the program as a whole. */
export const PROGRAM_HELP: CommandHelp = {
  about: [
    "A certificate that Envoy refuses can take innocent hostnames down with it. certgate judges every certificate " +
    "before Envoy sees it, so that a bad one costs its own hostname and no other.",
  ],
  exitCodes: {
    0: "all well",
    1: "something is not usable",
    2: WRONG,
    3: "failed",
    4: "already running",
  },
  examples: [
    "certgate check '/etc/letsencrypt/live/*'",
    "certgate run --config /etc/certgate/config.yaml",
    "certgate status",
    "certgate explain www.example.com",
  ],
};

/** What the help of each command says below its options, by the whole name of the command. */
export const HELP = {
  "run": {
    about: [
      "SIGHUP reads the configuration again, all or nothing; SIGTERM and SIGINT finish the call under way and end.",
      "What must survive a restart is in stateDir. A second certgate with the same one does not start.",
    ],
    exitCodes: { 0: "it was told to stop", 2: WRONG, 3: "it cannot start", 4: "another one is running" },
    examples: ["certgate run", "certgate run --config /etc/certgate/config.yaml"],
  },
  "check": {
    about: [
      "Policy objects are read as the agent reads those of policy.paths when it has no last good version of any.",
    ],
    exitCodes: {
      0: "every pair is usable, every policy object is used as it is written",
      1: "some are not",
      2: "wrong usage",
    },
    examples: [
      "certgate check /etc/letsencrypt/live/example.com",
      "certgate check '/etc/letsencrypt/live/*' -o json",
      "certgate check tls.crt --at 2030-01-01T00:00:00Z",
      "certgate check --policy /etc/certgate/policy",
    ],
  },
  "status": {
    about: [
      "Where certgate does not run, its status file is shown, with a note that it is old. Policies and connectors stand below " +
      "the hosts, where there are any.",
    ],
    exitCodes: {
      0: "every host is served",
      1: "some are not",
      2: "wrong usage",
      3: "certgate does not answer",
    },
    examples: [
      "certgate status",
      "certgate status --watch",
      `certgate status -o json | jq '.gate.listeners[] | select(.delivery == "withheld") | .hostname'`,
    ],
  },
  "explain": {
    about: [
      "Every step has its evidence and one of the marks ok, attention, failed, unknown. The files are read and the " +
      "TLS handshake is made now, by this command; run it as root where the files are for root alone.",
    ],
    exitCodes: { 0: "it is served", 1: "it is not", 2: "wrong usage", 3: "certgate does not answer" },
    examples: [
      "certgate explain www.example.com",
      `certgate explain www.example.com -o json | jq '.chains[].steps[] | select(.mark != "ok")'`,
    ],
  },
  "wait": {
    about: [
      "converged: Envoy serves everything as it is published. programmed=HOST: Envoy serves this host. " +
      "withheld=HOST: it is taken out, and Envoy Gateway knows. A certgate that does not run yet is waited for.",
    ],
    exitCodes: { 0: "it holds", 1: "it did not in time", 2: "wrong usage" },
    examples: [
      "certgate wait --for converged",
      "certgate wait --for programmed=www.example.com --timeout 5m",
    ],
  },
  "replay": {
    about: [
      "Nothing is served and nothing is written but the file of --out. Policy objects are applied as the hook applies " +
      "them; one that has no generation written has 1 here.",
    ],
    exitCodes: {
      0: "done, whether or not something changes",
      2: "the file or the configuration cannot be read",
      3: "it holds no snapshot, the hook would answer with an error, or the answer cannot be written",
    },
    examples: [
      "certgate replay snapshot.pb --diff",
      "certgate replay snapshot.pb --diff --policy /etc/certgate/policy",
      "certgate replay snapshot.pb -o json --at 2030-01-01",
    ],
  },
  "intents": {
    about: [
      "Reads Gateways, and ListenerSets if asked to, and prints the Certificate objects of cert-manager.io/v1 that cert-manager " +
      "makes of them. Nothing is issued or written, and no cluster is asked.",
      "What is wrong with an object costs that object its certificates and no other.",
    ],
    exitCodes: {
      0: "everything can be planned",
      1: "something is wrong with an object or a file",
      2: "wrong usage, or a path cannot be read",
    },
    examples: [
      "certgate intents /etc/certgate/resources",
      "certgate intents /etc/certgate/resources --listener-sets --explain -o table",
    ],
  },
  "issue": {
    about: [
      "One round: every pair that annotations of cert-manager want, and that is not there or due for renewal, is asked for. " +
      "Pairs land in issuance.output. Attempts, pauses and orders are shared with the agent, whose state directory it takes " +
      "for the time, so it is to be run as the user of certgate, while certgate run does not.",
      "Proofs over HTTP (HTTP-01) need the agent; such pairs are left alone.",
    ],
    exitCodes: {
      0: "every pair is there",
      1: "some are not, or something is wrong with an object or a file",
      2: WRONG,
      3: "it cannot be done",
      4: "certgate run has the state directory",
    },
    examples: [
      "certgate issue",
      "certgate issue /etc/certgate/resources/edge.yaml -o json",
    ],
  },
  "certgen": {
    about: [
      "Makes one authority and what it signs for envoy-gateway, envoy and envoy-rate-limit, as Envoy Gateway's own certgen " +
      "--local does. The key of the authority is never stored. What is there already is changed only with --overwrite or " +
      "--staged; then ca.crt holds the new authority and the one before.",
      "--staged has trust in the new authority go first, so that nobody who reads late refuses another. It can be " +
      "interrupted at any moment; the same command goes on with it.",
      "Run it as the user that Envoy Gateway runs as: root is refused where somebody else may write. It restarts nobody; a " +
      "running certgate does that for the dependents of its configuration.",
    ],
    exitCodes: {
      0: "done, or already present",
      2: "wrong usage",
      3: "refused, failed or interrupted",
      4: "another one is at it",
    },
    examples: [
      "certgate certgen --config-home /etc/envoy-gateway",
      "certgate certgen --config-home /etc/envoy-gateway --overwrite --dry-run",
      "certgate certgen --config-home /etc/envoy-gateway --staged --convergence 100ms",
    ],
  },
  "bundle": {
    about: [
      "Two certificates are the same if their bytes are, however the PEM is written. What cannot be read is passed over.",
    ],
    exitCodes: {
      0: "every certificate can be kept, or the bundle is merged",
      1: "some are expired, there twice, over the cap or unreadable",
      2: "wrong usage, or a file cannot be read",
      3: "nothing would be left, or it cannot be written",
    },
    examples: ["certgate bundle tls.crt", "certgate bundle tls.crt --merge --cap 2 --out bundle.pem"],
  },
  "eg-config": {
    about: [
      "With the gate on, this is a whole configuration; with the gate off, the block for one that exists.",
    ],
    exitCodes: { 0: "printed", 2: WRONG },
    examples: [
      "certgate eg-config > /etc/envoy-gateway/config.yaml",
      "certgate eg-config --hooks Translation VirtualHost -c config.yaml",
      "certgate eg-config --sds-secrets",
    ],
  },
  "envoy-config": {
    about: [
      "Envoy asks certgate for the certificate of each host, so a renewal is served at once and a bad one is not handed " +
      "out. A chain is printed for each pair that is there now.",
      "cluster and listener are blocks of static_resources that Envoy merges into a configuration that exists " +
      "(--config-yaml); all is a whole configuration.",
    ],
    exitCodes: { 0: "printed", 2: `${WRONG}, or there is no host` },
    examples: [
      "certgate envoy-config > envoy.yaml",
      "certgate envoy-config --hostname www.example.com=www --port 8443 --backend 127.0.0.1:3000",
      "certgate envoy-config --pieces cluster -o json",
    ],
  },
  "config check": {
    about: [
      "Every key can be set outside of the file too, in the order: file, variable of the environment " +
      "(CERTGATE_HTTP_LISTEN for http.listen), --set. What is set there is checked with the file. So is whether this " +
      "binary may write where the configuration says.",
    ],
    exitCodes: { 0: "it is right", 2: "it is wrong, or cannot be read" },
    examples: ["certgate config check", "certgate config check config.yaml --set log.level=debug"],
  },
  "config show": {
    about: ["What is not in the file is a default, or comes from the environment or from --set."],
    exitCodes: { 0: "printed", 2: WRONG },
    examples: ["certgate config show", "certgate config show --set log.level=debug -o json"],
  },
  "config schema": {
    exitCodes: { 0: "printed" },
    examples: ["certgate config schema > config.schema.json"],
  },
  "rules": {
    exitCodes: { 0: "printed", 2: "wrong usage" },
    examples: [
      "certgate rules > /etc/prometheus/rules.d/certgate.rules.yaml",
      "certgate rules --team edge --runbook-url https://wiki.example/certgate/runbooks",
      "certgate rules --fleet",
    ],
  },
  "runbook": {
    exitCodes: { 0: "printed", 2: "there is no such alert" },
    examples: ["certgate runbook", "certgate runbook GatewayListenerCertUnusable"],
  },
  "completion": {
    about: [
      "What it prints for a shell completes commands, options, their values and the names of alerts. Hostnames come " +
      "from the running agent: the script asks for them with `certgate completion hosts`.",
    ],
    exitCodes: { 0: "printed", 2: "wrong usage" },
    examples: [
      "certgate completion bash > /etc/bash_completion.d/certgate",
      "certgate completion zsh > /usr/local/share/zsh/site-functions/_certgate",
      "certgate completion fish > /etc/fish/completions/certgate.fish",
    ],
  },
  "version": { exitCodes: { 0: "printed" }, examples: ["certgate version"] },
} as const satisfies Readonly<Record<string, CommandHelp>>;
