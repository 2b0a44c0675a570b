import type { Config } from "../resources/mod.ts";
import { type AgentPlaces, askAgent, placesOf } from "./ask_agent.ts";
import { EXIT, type ExitCode } from "./exit_code.ts";
import { printable } from "./printable.ts";
import { errorLines, type Terminal } from "./terminal.ts";
import { missingFor, readGoal } from "./wait_goal.ts";

/** Options of `certgate wait`. */
export interface WaitOptions {
  /** `converged`, `programmed=HOST` or `withheld=HOST`. */
  readonly for: string;
  /** Milliseconds. */
  readonly timeout: number;
  /** Where the agent is asked instead of `http.listen`. */
  readonly url?: string;
}

// Four times a second is at once for a script and nothing for the agent.
const INTERVAL = 250;

/**
 * `certgate wait`: until something holds. An agent that does not answer yet is waited for as well.
 *
 * @returns 0 when it holds, 1 at the timeout with what is missing, 2 for a goal that cannot be read.
 */
export async function wait(config: Config, options: WaitOptions, terminal: Terminal): Promise<ExitCode> {
  const goal = readGoal(options.for);
  const places = placesOf(config, options.url);
  if (goal === null || typeof places === "string") {
    const problem = typeof places === "string" ? places : `Cannot wait for "${printable(options.for)}"`;
    const hint = typeof places === "string"
      ? ""
      : "it is one of converged, programmed=HOST and withheld=HOST";
    terminal.err(errorLines(problem, hint));
    return EXIT.usage;
  }
  const live: AgentPlaces = { ...places, file: null };
  const end = performance.now() + options.timeout;
  for (;;) {
    const answer = await askAgent(live);
    const missing = answer.kind === "live"
      ? missingFor(goal, answer.status)
      : answer.kind === "silent"
      ? answer.message
      : "certgate does not run";
    if (missing === null) return EXIT.ok;
    const left = end - performance.now();
    if (left <= 0) {
      const after = `${options.timeout / 1000} s`;
      terminal.err(errorLines(`"${options.for}" does not hold after ${after}: ${printable(missing)}`, HINT));
      return EXIT.found;
    }
    await new Promise((resolve) => setTimeout(resolve, Math.min(INTERVAL, left)));
  }
}

const HINT = "certgate status shows every host, certgate explain HOST one of them in full";
