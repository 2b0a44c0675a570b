/**
 * Files of deploy/ that are made from the code, so that they cannot say anything else.
 *
 * `deno run -A tests/deploy/generate.ts` writes them; a test compares.
 *
 * @module
 */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { parse, stringify } from "yaml";
import { ALERT_GROUPS, DEFAULT_RULE_OPTIONS, FLEET_GROUPS, renderRules } from "../../lib/cli/alerts/mod.ts";
import { egConfig } from "../../lib/cli/eg_config.ts";
import { type Config, parseConfig } from "../../lib/resources/mod.ts";

/** The folder of the manifests. */
export const DEPLOY = fileURLToPath(new URL("../../deploy/", import.meta.url));

const MADE = "Made by tests/deploy/generate.ts; change the code it is made from.";

/**
 * Reads one of the configurations in deploy/ as certgate does.
 *
 * @param path Below deploy/.
 * @throws Where the configuration is wrong, with the complaints.
 */
export function readConfig(path: string): Config {
  const result = parseConfig(readFileSync(DEPLOY + path, "utf8"), path);
  if (!result.ok) throw new Error(JSON.stringify(result.complaints));
  return result.config;
}

/** The texts by their path below deploy/. */
export function generate(): Map<string, string> {
  return new Map([
    ["monitoring/rules.yaml", prometheusRule("certgate", renderRules(ALERT_GROUPS, DEFAULT_RULE_OPTIONS))],
    [
      "monitoring/fleet/rules.yaml",
      prometheusRule("certgate-fleet", renderRules(FLEET_GROUPS, DEFAULT_RULE_OPTIONS)),
    ],
    ["envoy-gateway-values.yaml", values(egConfig(readConfig("sidecar/config.yaml"), null))],
    ["envoy-gateway-node.yaml", node(egConfig(readConfig("daemonset/host-network/config.yaml"), null))],
  ]);
}

function prometheusRule(name: string, rules: string): string {
  const object = {
    apiVersion: "monitoring.coreos.com/v1",
    kind: "PrometheusRule",
    metadata: { name, labels: { "app.kubernetes.io/name": "certgate" } },
    spec: parse(rules),
  };
  // Unbroken lines, as in the file for Prometheus itself.
  return `# ${MADE}\n${stringify(object, { lineWidth: 0 })}`;
}

function values(block: string): string {
  return [
    "# Values for the Helm chart of Envoy Gateway 1.9.0 (-f), with certgate beside it in its pod: what `certgate eg-config`",
    `# prints for sidecar/config.yaml. ${MADE}`,
    stringify({ config: { envoyGateway: parse(block) } }),
  ].join("\n");
}

function node(whole: string): string {
  return [
    "# The configuration of Envoy Gateway 1.9.0 on a node, for the DaemonSet: what `certgate eg-config` prints for",
    `# daemonset/host-network/config.yaml. ${MADE}`,
    whole,
  ].join("\n");
}

if (import.meta.main) {
  for (const [path, text] of generate()) await Deno.writeTextFile(DEPLOY + path, text);
}
