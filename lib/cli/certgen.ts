import { WRITE_HINT } from "../host/mod.ts";
import {
  createTree,
  overwrite,
  type Peer,
  peersConverged,
  planRotation,
  readTree,
  type RotationGoal,
  type RotationOptions,
  type RotationProgress,
  type RotationResult,
  stagedRotation,
} from "../rotation/mod.ts";
import { renderPlan, renderResult } from "./certgen_report.ts";
import { EXIT, type ExitCode } from "./exit_code.ts";
import { printable } from "./printable.ts";
import type { Format } from "./render_data.ts";
import { errorLines, type Terminal } from "./terminal.ts";
import { untilSignal } from "./until_signal.ts";

/** Options of `certgate certgen`. */
export interface CertgenOptions {
  readonly configHome: string;
  readonly overwrite?: boolean;
  readonly staged?: boolean;
  readonly force?: boolean;
  readonly dryRun?: boolean;
  readonly rotateHmac?: boolean;
  readonly key: "ecdsa" | "rsa";
  readonly namespace: string;
  /** Days. */
  readonly lifetime: number;
  /** Milliseconds. */
  readonly convergence: number;
  readonly probe?: readonly Peer[];
  readonly output: Format;
}

const DAY = 86_400_000;

/**
 * `certgate certgen`: makes or replaces the certificates of Envoy Gateway.
 *
 * @param signal Ends a wait, for tests; default are SIGINT and SIGTERM.
 * @returns 0 done or nothing to do, 2 wrong usage, 3 refused or failed, 4 another one is at it.
 */
export async function certgen(
  options: CertgenOptions,
  terminal: Terminal,
  signal: AbortSignal | null = null,
): Promise<ExitCode> {
  if (options.rotateHmac && !options.overwrite && !options.staged) {
    terminal.err(
      errorLines(
        "--rotate-hmac is of no use alone",
        "add --overwrite or --staged: nothing changes otherwise",
      ),
    );
    return EXIT.usage;
  }
  const goal: RotationGoal = options.staged ? "staged" : options.overwrite ? "single" : "create";
  const rotation: RotationOptions = {
    ...options,
    lifetime: options.lifetime * DAY,
    clock: Date.now,
    sleep,
    converged: options.probe === undefined ? undefined : peersConverged(options.probe),
    say: progress(terminal, options.convergence),
  };
  if (options.dryRun) {
    const plan = await planRotation(goal, rotation);
    terminal.out(renderPlan(plan, options.output));
    if (plan.decision.kind !== "refuse") return EXIT.ok;
    const message = `Cannot change the certificates: ${plan.decision.why}`;
    terminal.err(errorLines(printable(message), printable(plan.decision.hint)));
    return EXIT.failed;
  }
  const result = await untilSignal(signal, (ends) => GOALS[goal]({ ...rotation, signal: ends }));
  return await report(result, options, terminal);
}

const GOALS = { create: createTree, single: overwrite, staged: stagedRotation };
const DONE: readonly string[] = ["created", "present", "rotated", "finished"];

async function report(
  result: RotationResult,
  { configHome, output }: CertgenOptions,
  terminal: Terminal,
): Promise<ExitCode> {
  for (const warning of result.warnings) terminal.err(`warning: ${printable(warning)}\n`);
  const done = DONE.includes(result.outcome);
  if (done || output !== "table") {
    terminal.out(renderResult(result, await readTree(configHome), output));
  }
  if (done) return EXIT.ok;
  const hint = /no write access/.test(result.message) ? WRITE_HINT : result.hint;
  terminal.err(errorLines(printable(result.message), printable(hint)));
  return result.outcome === "busy" ? EXIT.busy : EXIT.failed;
}

function sleep(milliseconds: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, milliseconds);
    signal?.addEventListener("abort", () => (clearTimeout(timer), resolve()), { once: true });
  });
}

/** A person wants to see that something goes on, and a log wants no line per second. */
const EVERY = 10_000;

function progress(terminal: Terminal, convergence: number): (progress: RotationProgress) => void {
  let next = Infinity;
  return (step) => {
    if (step.kind === "published") {
      next = Infinity;
      terminal.err(
        step.phase === "trust" ? "published: trust in both authorities\n" : "published: new leaves\n",
      );
    } else if (step.kind === "waiting") {
      if (step.left > next) return;
      next = Math.min(step.left, convergence) - EVERY;
      terminal.err(`waiting: at most ${Math.ceil(step.left / 1000)} s more, until everybody has read it\n`);
    } else if (step.kind === "converged") terminal.err("converged: everybody who was asked has read it\n");
    else if (step.kind === "unconverged") {
      terminal.err("warning: somebody who was asked has not read it; the time is over, so it goes on\n");
    }
  };
}
