import type { Alert } from "./alert.ts";
import { SHARED_DIAGNOSIS } from "./shared_diagnosis.ts";

/** The runbook of one alert, as a section of Markdown whose heading is its anchor. */
export function renderRunbook({ name, severity, expr, for: wait, runbook }: Alert): string {
  return [
    `## ${name}`,
    "",
    `Severity ${severity}; fires when this is true for ${wait}: \`${expr}\``,
    "",
    `**Meaning.** ${runbook.meaning}`,
    "",
    `**Impact.** ${runbook.impact}`,
    "",
    "**Diagnose.**",
    "",
    runbook.diagnose,
    "",
    "**Remediate.**",
    "",
    runbook.remediate,
    "",
  ].join("\n");
}

/** The page with every runbook: the list, what they have in common, and a section each. */
export function renderRunbooks(alerts: readonly Alert[]): string {
  const rows = alerts.map(({ name, severity, for: wait, runbook }) =>
    `| [${name}](#${name.toLowerCase()}) | ${severity} | ${wait} | ${firstSentence(runbook.meaning)} |`
  );
  return [
    "# Runbooks",
    "",
    "One section for each alert of `certgate rules` and, at the end, of `certgate rules --fleet`. The same text is in the",
    "binary: `certgate runbook ALERT`.",
    "",
    "| alert | severity | for | meaning |",
    "| --- | --- | --- | --- |",
    ...rows,
    "",
    SHARED_DIAGNOSIS,
    ...alerts.map(renderRunbook),
  ].join("\n");
}

/** The first sentence of a text. */
export function firstSentence(text: string): string {
  return text.match(/^.*?\.(?=\s|$)/)?.[0] ?? text;
}
