/**
 * Pages of docs/, and the alert rules, that are made from the code, so that they cannot say anything else.
 *
 * `deno run -A tests/house/render_docs.ts` writes them; a test compares.
 */
import { fileURLToPath } from "node:url";
import {
  ALERT_GROUPS,
  ALERTS,
  DEFAULT_RULE_OPTIONS,
  FLEET_GROUPS,
  renderRules,
  renderRunbooks,
} from "../../lib/cli/alerts/mod.ts";
import { HINTS } from "../../lib/health/mod.ts";
import { CAUSES, REASONS, WARNINGS } from "../../lib/model/mod.ts";
import {
  METRIC_FAMILIES,
  type MetricFamily,
  type MetricName,
  NSO_FAMILIES,
  NSO_NAMES,
} from "../../lib/outputs/mod.ts";
import { editorSchema } from "../../lib/resources/mod.ts";
import { renderCommands } from "./_commands_page.ts";
import { renderConfiguration } from "./_configuration_page.ts";
import { MADE, row } from "./_page.ts";

/** The pages by their path in the checkout. */
export function renderDocs(): Map<string, string> {
  return new Map([
    ["docs/metrics.md", renderMetrics()],
    ["docs/reasons.md", renderReasons()],
    ["docs/configuration.md", renderConfiguration()],
    ["docs/config.schema.json", `${JSON.stringify(editorSchema(), null, 2)}\n`],
    ["docs/commands.md", renderCommands()],
    ["docs/runbooks.md", renderRunbooks(ALERTS).replace("\n\n", `\n${MADE}\n\n`)],
    ["monitoring/certgate.rules.yaml", renderRules(ALERT_GROUPS, DEFAULT_RULE_OPTIONS)],
    ["monitoring/certgate.fleet.rules.yaml", renderRules(FLEET_GROUPS, DEFAULT_RULE_OPTIONS)],
  ]);
}

function renderMetrics(): string {
  const rows = Object.entries(METRIC_FAMILIES).map(([name, family]: [string, MetricFamily]) => {
    const labels = Object.entries(family.labels ?? {}).map(([label, values]) =>
      values.length > 0 && values.length <= 8 ? `${label} (${values.join(", ")})` : label
    );
    return row(`\`${name}\``, family.type, labels.join("; ") || "–", family.help);
  });
  return [
    "# Metrics",
    MADE,
    "",
    "Served at `/metrics` on `http.listen` (default `127.0.0.1:9794`), as Prometheus text or, where the scraper asks for it,",
    "as OpenMetrics. Every family is there from the start, with every series at zero whose label values are known then.",
    "`…_active` gauges describe the latest answer to each snapshot; Envoy Gateway sends one snapshot per Gateway, or one for",
    "all where gateways are merged. Times are Unix times, never ages: on an idle host only `process_…` changes.",
    "",
    row("family", "type", "labels", "what it says"),
    row("---", "---", "---", "---"),
    ...rows,
    "",
    ...renderCardinality(),
    ...renderNsoNames(),
  ].join("\n");
}

/** Lines in the exposition of a family whose label values are all known beforehand. */
function seriesOf({ type, labels = {}, buckets = [] }: MetricFamily): number {
  const combinations = Object.values(labels).reduce((product, values) => product * values.length, 1);
  return combinations * (type === "histogram" ? buckets.length + 3 : 1);
}

function renderCardinality(): string[] {
  const families = Object.entries(METRIC_FAMILIES) as [MetricName, MetricFamily][];
  const fixed = families.reduce((sum, [, family]) => sum + seriesOf(family), 0);
  const named = (per: "listener" | "secret") => families.filter(([, family]) => family.per === per);
  const open = families.filter(([, family]) => family.per === undefined && seriesOf(family) === 0);
  return [
    "## How many series there are",
    "",
    `${fixed} series are always there. To them come, with \`metrics.perHost: true\` (the default):`,
    "",
    "- for each listener that terminates TLS: 1 (`…_managed`); while it is healthy 2 for each of its certificates",
    "  (`…_expiry_time`, `…_expires_soon_time`); while it is withheld 1 (`…_withheld`). `…_gating_total` has 1 for each reason",
    "  for which it has been withheld since the start, and keeps it.",
    "- for each Secret: 2 (`certgate_cert_not_after`, `certgate_cert_held`).",
    "",
    "That is 5 series for a healthy hostname with a listener and a certificate of its own: 5,000 for 1,000 hostnames, 50,000",
    "for 10,000. `metrics.perHost: false` leaves these families out:",
    `${[...named("listener"), ...named("secret")].map(([name]) => `\`${name}\``).join(", ")};`,
    "`certgate_listeners_withheld`, `certgate_listeners_managed` and `certgate status` still say how many, and which.",
    "",
    "Few series come with sources, Envoys and the build, whatever `metrics.perHost` says:",
    `${open.map(([name]) => `\`${name}\``).join(", ")}.`,
    "",
  ];
}

function renderNsoNames(): string[] {
  return [
    "## Names of the network-services-operator",
    "",
    "`metrics.compat: nso` shows these families under their original names as well, with the same labels and values, so that",
    "dashboards and alerts made for them go on working. `namespace` and `name` are those of the Gateway, or of the ListenerSet,",
    "that the listener is written in. The reasons are certgate's own, see [reasons.md](reasons.md).",
    "",
    ...Object.entries(NSO_NAMES).map(([own, theirs]) => `- \`${theirs}\` for \`${own}\``),
    "",
    "Some have other labels there than the nearest family here, and are shown then alone:",
    "",
    ...Object.entries(NSO_FAMILIES).map(([name, { help, labels }]) =>
      `- \`${name}\` (${Object.keys(labels).join(", ")}): ${help}`
    ),
    "",
  ];
}

function renderReasons(): string {
  const causes = Object.entries(CAUSES).map(([cause, { reason, why }]) =>
    row(`\`${cause}\``, reason, why, HINTS[cause as keyof typeof CAUSES] || "–")
  );
  return [
    "# Reasons and causes",
    MADE,
    "",
    `A verdict has one reason (${REASONS.join(", ")}) and one cause. The cause is what machines read; the`,
    "third column is what people are told, and the fourth what `certgate check` hints at.",
    "",
    row("cause", "reason", "in words", "what to do"),
    row("---", "---", "---", "---"),
    ...causes,
    "",
    `Warnings never withhold by themselves: ${WARNINGS.join(", ")}.`,
    "",
  ].join("\n");
}

if (import.meta.main) {
  for (const [path, text] of renderDocs()) {
    await Deno.writeTextFile(fileURLToPath(new URL(`../../${path}`, import.meta.url)), text);
  }
}
