import { CONFIG_KEYS } from "../resources/mod.ts";

/** An entry of a list in the man page: what is named, and words about it. */
export type Fact = readonly [name: string, about: string];

/** Places on a host. */
export const FILES: readonly Fact[] = [
  ["/etc/certgate/config.yaml", "The configuration. It need not be there: every key has a default."],
  ["/etc/certgate/resources", "Where the Gateway API objects usually stand that you write (gate.resources)."],
  ["/etc/certgate/policy", "Where policy objects usually stand that you write (policy.paths)."],
  ["/run/certgate/hook.sock", "Where Envoy Gateway calls the hook (hook.listen)."],
  [
    "/run/certgate/sds.sock",
    "Where Envoys ask for certificates (sds.listen), where a source has delivery: sds.",
  ],
  [
    "/var/lib/certgate",
    "What must survive a restart, with mode 0700 (stateDir). Private keys of held pairs are in it.",
  ],
  ["/var/lib/certgate/status.json", "What status shows while certgate does not run."],
];

/** Variables of the environment. */
export const ENVIRONMENT: readonly Fact[] = [
  ["CERTGATE_CONFIG", "The configuration file, where no --config names one."],
  [
    "CERTGATE_KEY",
    "A key of the configuration: its path in capitals with _ for each dot and before each capital letter, such as " +
    `${
      CONFIG_KEYS.find(({ path }) => path === "gate.expiresSoon")!.variable
    } for gate.expiresSoon. The value is YAML. ` +
    "It is stronger than the file; --set is stronger still.",
  ],
  ["NO_COLOR", "No colours, whatever it is set to."],
  ["NOTIFY_SOCKET, WATCHDOG_USEC", "Set by systemd for run."],
  ["OTEL_DENO, OTEL_EXPORTER_OTLP_ENDPOINT", "Traces over OTLP; OTEL_DENO=true switches them on."],
];

/** Signals to `certgate run`. */
export const SIGNALS: readonly Fact[] = [
  [
    "SIGHUP",
    "Reads the configuration again, all or nothing: a wrong one changes nothing and is said in the log.",
  ],
  ["SIGTERM, SIGINT", "Finish the call under way and end with 0."],
];

/** Pages that belong to this one. */
export const SEE_ALSO = "systemctl(1), journalctl(1), openssl(1), certbot(1)";
