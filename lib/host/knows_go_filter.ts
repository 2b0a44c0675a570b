import { runProgram } from "./_envoy_run.ts";

const TYPES = "type.googleapis.com/envoy.extensions.filters.";
const TYPE = `${TYPES}http.golang.v3alpha.Config`;
const NAME = "certgate-probe";
const WITHIN = 10_000;

// A library that is not there: an Envoy with the filter gets as far as looking for it, and runs nothing of it.
const PROBE = JSON.stringify({
  static_resources: {
    listeners: [{
      name: "probe",
      bind_to_port: false,
      address: { socket_address: { address: "127.0.0.1", port_value: 1 } },
      filter_chains: [{
        filters: [{
          name: "probe",
          typed_config: {
            "@type": `${TYPES}network.http_connection_manager.v3.HttpConnectionManager`,
            stat_prefix: "probe",
            route_config: { name: "probe" },
            http_filters: [
              {
                name: NAME,
                typed_config: {
                  "@type": TYPE,
                  library_id: NAME,
                  library_path: "/dev/null/certgate-probe.so",
                  plugin_name: NAME,
                },
              },
              { name: "router", typed_config: { "@type": `${TYPES}http.router.v3.Router` } },
            ],
          },
        }],
      }],
    }],
  },
});

// The type is not in the binary, or nothing that makes a filter of it is. Quotes are escaped in some builds.
const LACKS = [
  new RegExp(`could not find @type \\\\?'${TYPE.replaceAll(".", "\\.")}`),
  new RegExp(`Didn\\\\?'t find a registered implementation for \\\\?'${NAME}`),
];
const KNOWS = /golang_filter: /;
const ARGUMENTS = [
  ...["--mode", "validate", "-l", "critical", "--log-format", "%v", "--log-format-escaped"],
  ...["--disable-hot-restart", "--concurrency", "1", "--config-yaml", PROBE],
];

/** Limits of one question. */
export interface KnowsOptions {
  /** Milliseconds after which the run is given up. Default 10,000. */
  readonly timeoutMs?: number;
}

/**
 * Whether an Envoy knows the Go filter, which the firewall of policies needs: one that does not refuses every listener
 * and every route configuration that names it.
 *
 * @param envoy Path of the binary; it is started once, for some tenths of a second.
 * @returns `null` where its words do not tell.
 */
export async function knowsGoFilter(envoy: string, options: KnowsOptions = {}): Promise<boolean | null> {
  const { end, code, stdout, lines } = await runProgram(envoy, ARGUMENTS, {
    timeoutMs: options.timeoutMs ?? WITHIN,
  });
  if (end !== "exit") return null;
  if (lines.some((line) => LACKS.some((words) => words.test(line)))) return false;
  // It cannot have loaded what is not there, but taking the configuration is an answer too.
  if (code === 0) return / OK$/m.test(stdout) ? true : null;
  return lines.some((line) => KNOWS.test(line)) ? true : null;
}

/** What is said of an Envoy without the Go filter: what is the matter, and what to do about it. @param envoy Its path. */
export function withoutGoFilter(envoy: string): string {
  return `The Envoy of this host, ${envoy}, has no Go filter, so it would refuse the firewall: ` +
    "set policy.waf.enabled to off, or let envoy.path name an Envoy with the filter";
}
