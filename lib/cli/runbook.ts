import { closest } from "fastest-levenshtein";
import { ALERTS, firstSentence, renderRunbook, SHARED_DIAGNOSIS } from "./alerts/mod.ts";
import { EXIT, type ExitCode } from "./exit_code.ts";
import { errorLines, type Terminal } from "./terminal.ts";

/**
 * `certgate runbook [ALERT]`: what to do about an alert; without a name, which alerts there are.
 *
 * @param alert Its name; capitals do not matter.
 * @returns 0, or 2 for a name that no alert has.
 */
export function runbook(alert: string | undefined, terminal: Terminal): Promise<ExitCode> {
  if (alert === undefined) {
    const width = Math.max(...ALERTS.map(({ name }) => name.length));
    for (const { name, runbook } of ALERTS) {
      terminal.out(`${name.padEnd(width)}  ${firstSentence(runbook.meaning)}\n`);
    }
    return Promise.resolve(EXIT.ok);
  }
  const wanted = alert.toLowerCase();
  const found = ALERTS.find(({ name }) => name.toLowerCase() === wanted);
  if (found === undefined) {
    const names = ALERTS.map(({ name }) => name);
    const near = closest(wanted, names.map((name) => name.toLowerCase()));
    const hint = names.find((name) => name.toLowerCase() === near);
    terminal.err(
      errorLines(
        `Cannot show the runbook of "${alert}": there is no such alert`,
        `did you mean "${hint}"? certgate runbook lists them all`,
      ),
    );
    return Promise.resolve(EXIT.usage);
  }
  terminal.out(`${renderRunbook(found)}\n${SHARED_DIAGNOSIS}`);
  return Promise.resolve(EXIT.ok);
}
