import { type IntentOptions, type IntentPlan, planIntents } from "../issuers/mod.ts";
import { readResources } from "../resources/mod.ts";
import { EXIT, type ExitCode } from "./exit_code.ts";
import { intentFindings, resourceFindings } from "./intents_findings.ts";
import { renderIntentData, renderIntentList, renderIntentTable, renderIntentYaml } from "./intents_report.ts";
import { printable } from "./printable.ts";
import { readPolicyFiles } from "./read_policy_files.ts";
import type { Format } from "./render_data.ts";
import { errorLines, type Terminal } from "./terminal.ts";

/** Options of `certgate intents`. */
export interface IntentsOptions extends IntentOptions {
  readonly output: Format;
  /** Whether to say where each value comes from. */
  readonly explain: boolean;
}

/**
 * `certgate intents PATH…`: the certificates that annotations of cert-manager ask for. Nothing is issued.
 *
 * Standard output is data alone; what is wrong goes to standard error.
 *
 * @returns 0 if everything can be planned, 1 if something is wrong with an object or a file, 2 if a path cannot be read.
 */
export async function intents(
  paths: readonly string[],
  options: IntentsOptions,
  terminal: Terminal,
): Promise<ExitCode> {
  const files = await readPolicyFiles(paths);
  for (const path of paths) {
    const file = files.get(path.replace(/(?<=.)\/+$/, ""));
    if (file === undefined || !("problem" in file)) continue;
    terminal.err(errorLines(`Cannot read ${JSON.stringify(path)}: ${printable(file.problem)}`));
    return EXIT.usage;
  }
  const resources = readResources(files, new Map());
  const plan = planIntents(resources.objects, options);
  terminal.err(resourceFindings(resources));
  terminal.err(intentFindings(plan, options.explain));
  terminal.out(render(plan, options));
  const isLeftOut = [...files.keys()].some((path) => !resources.good.has(path));
  return isLeftOut || plan.findings.some(({ severity }) => severity === "bad") ? EXIT.found : EXIT.ok;
}

function render(plan: IntentPlan, { output, explain }: IntentsOptions): string {
  if (output === "table") return renderIntentTable(plan, explain);
  if (output === "yaml") return renderIntentYaml(plan, explain);
  return explain ? renderIntentData(plan) : renderIntentList(plan);
}
