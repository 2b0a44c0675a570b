import { stringify } from "yaml";
import { type MetricName, NSO_NAMES } from "../../outputs/mod.ts";
import type { Alert, AlertGroup } from "./alert.ts";

/** What an operator can choose about the rules. */
export interface RuleOptions {
  /** Where docs/runbooks.md is to be found by a browser; `#` and the anchor follow. */
  readonly runbookUrl: string;
  /** `nso` uses the names of the network-services-operator where a family has one (`metrics.compat: nso` shows them). */
  readonly compat: "none" | "nso";
  /** The label `team` of every alert. */
  readonly team: string;
}

/**
 * The example domain stands for a place that only the operator knows: where this page is published. The text behind
 * every link is in the binary too (`certgate runbook ALERT`).
 */
export const DEFAULT_RULE_OPTIONS: RuleOptions = {
  runbookUrl: "https://certgate.example/runbooks",
  compat: "none",
  team: "platform",
};

/** The anchor of an alert in docs/runbooks.md, as GitHub and most others make it from a heading. */
export function runbookAnchor(alert: string): string {
  return alert.toLowerCase();
}

/**
 * A rules file for Prometheus.
 *
 * @param groups The alerts.
 * @returns YAML text that ends with a line break.
 */
export function renderRules(groups: readonly AlertGroup[], options: RuleOptions): string {
  const document = {
    groups: groups.map(({ name, interval = "30s", records = [], alerts }) => ({
      name,
      interval,
      rules: [
        ...records.map(({ record, expr }) => ({ record, expr: inWords(expr, options) })),
        ...alerts.map((alert) => renderRule(alert, options)),
      ],
    })),
  };
  // Unbroken lines: a folded expression is hard to search for.
  return head(groups) + stringify(document, { lineWidth: 0 });
}

function head(groups: readonly AlertGroup[]): string {
  const fleet = groups.some(({ records }) => records !== undefined);
  const what = fleet
    ? "# Rules for a Prometheus that sees many hosts, as `certgate rules --fleet` prints them. "
    : "# Alert rules of certgate, as `certgate rules` prints them. ";
  return `${what}\`certgate runbook ALERT\` prints what each runbook_url\n` +
    "# leads to; --runbook-url says where you have published docs/runbooks.md.\n";
}

function renderRule(alert: Alert, options: RuleOptions): Record<string, unknown> {
  const { runbookUrl, team } = options;
  return {
    alert: alert.name,
    expr: inWords(alert.expr, options),
    for: alert.for,
    labels: { severity: alert.severity, service: "certgate", team },
    annotations: {
      summary: alert.summary,
      description: alert.description,
      runbook_url: `${runbookUrl}#${runbookAnchor(alert.name)}`,
    },
  };
}

function inWords(expr: string, { compat }: RuleOptions): string {
  if (compat === "none") return expr;
  return expr.replace(/\bcertgate_\w+/g, (name) => NSO_NAMES[name as MetricName] ?? name);
}
