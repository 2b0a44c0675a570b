import { digestStatus } from "../health/mod.ts";
import type { Config } from "../resources/mod.ts";
import type { AgentStatus } from "../server/mod.ts";
import { type AgentAnswer, askAgent, placesOf } from "./ask_agent.ts";
import { EXIT, type ExitCode } from "./exit_code.ts";
import { type Format, renderData } from "./render_data.ts";
import { renderControlPlane, renderSnapshots, renderStatus, timeText } from "./status_report.ts";
import { renderIssuance } from "./status_issuance.ts";
import { renderPolicyStatus } from "./status_policy.ts";
import { errorLines, type Terminal } from "./terminal.ts";
import { watchStatus } from "./watch_status.ts";

/** Options of `certgate status`. */
export interface StatusOptions {
  readonly output: Format;
  /** Where the agent is asked instead of `http.listen`. */
  readonly url?: string;
  /** Also what is well. */
  readonly all: boolean;
  /** Go on and print again on change. */
  readonly watch: boolean;
}

/** What `certgate status` prints, and what it answers to its caller. */
export interface StatusView {
  readonly out: string;
  readonly err: string;
  readonly code: ExitCode;
}

/**
 * `certgate status`: what serves, what does not, and why.
 *
 * @returns 0 if every host is served, 1 if some are not, 2 for a wrong address, 3 if the agent does not answer (what its
 * status file says is shown then). With `watch`, 0 at the end.
 */
export async function status(config: Config, options: StatusOptions, terminal: Terminal): Promise<ExitCode> {
  const places = placesOf(config, options.url);
  if (typeof places === "string") {
    terminal.err(errorLines(places));
    return EXIT.usage;
  }
  const look = async () => viewOf(await askAgent(places), options);
  if (options.watch) return await watchStatus(look, terminal);
  const { out, err, code } = await look();
  terminal.err(err);
  terminal.out(out);
  return code;
}

function viewOf(answer: AgentAnswer, options: StatusOptions): StatusView {
  if (answer.kind === "silent") {
    return { out: "", err: errorLines(answer.message, answer.hint), code: EXIT.failed };
  }
  if (answer.kind === "live") {
    const note = answer.status.ready ? "" : "note: certgate is still loading, this is not the whole\n";
    return { out: render(answer.status, options), err: note, code: codeOf(answer.status) };
  }
  const { gate, message, hint } = answer;
  const age = `note: what follows is OLD: certgate wrote it at ${
    timeText(gate.time)
  } and does not answer now\n`;
  const old = { version: "", ready: false, envoy: null, snapshots: [], gate };
  return {
    out: options.output === "table"
      ? render(old, options)
      : renderData({ ...old, old: true }, options.output),
    err: `${errorLines(message, hint)}${age}`,
    code: EXIT.failed,
  };
}

function render(status: AgentStatus, { output, all, watch }: StatusOptions): string {
  if (output !== "table") return `${watch && output === "yaml" ? "---\n" : ""}${renderData(status, output)}`;
  const rest = renderControlPlane(status.controlPlane, status.dependents);
  const policy = [
    renderPolicyStatus(status.policy, status.snapshots, all),
    renderIssuance(status.issuance, all),
  ].filter((part) => part !== "").join("\n");
  if (status.gate !== null) {
    return `${rest}${renderStatus(status.gate, status.snapshots, { all, policy, sds: status.sds })}`;
  }
  const between = policy === "" ? "" : `${policy}\n`;
  return status.ready ? `${rest}${between}${renderSnapshots(status.snapshots)}` : rest;
}

function codeOf({ ready, gate, snapshots, sds }: AgentStatus): ExitCode {
  if (!ready) return EXIT.found;
  const usable = gate === null
    ? snapshots.every(({ withheld }) => withheld.length === 0)
    : digestStatus(gate, snapshots, sds).usable;
  return usable ? EXIT.ok : EXIT.found;
}
