import type { ListenerRow } from "../health/mod.ts";
import type { Step } from "./explain_step.ts";
import { timeText } from "./status_report.ts";

/**
 * The sentence at the end: whether a hostname is served, what is the matter, what to do.
 *
 * @param row What status says of its listener or its pair.
 */
export function sentenceOf(
  hostname: string,
  row: Pick<ListenerRow, "message" | "hint" | "notAfter" | "warnings">,
  { steps, served }: { readonly steps: readonly Step[]; readonly served: boolean },
): string {
  const wrong = steps.find(({ mark }) => mark === "failed") ?? steps.find(({ mark }) => mark === "attention");
  const next = row.hint ? ` What to do: ${row.hint}.` : "";
  if (served) {
    const until = row.notAfter ? ` with a certificate that is valid until ${timeText(row.notAfter)}` : "";
    const but = row.message
      ? ` ${row.message}${next}`
      : row.warnings.map((warning) => ` ${warning}`).join("");
    const policy = steps.some(({ name, mark }) => name === "policy" && mark === "attention")
      ? ' The step "policy" says what else there is.'
      : "";
    return `${hostname} is served${until}.${but}${policy}`;
  }
  if (row.message) return `${hostname} is not served. ${row.message}${next}`;
  const evidence = wrong === undefined ? "" : ` The step "${wrong.name}" says why: ${wrong.evidence.at(-1)}.`;
  return `${hostname} is not served.${evidence}${next}`;
}
