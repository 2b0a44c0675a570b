import type { Command } from "commander";
import type { Config } from "../resources/mod.ts";
import { askAgent, placesOf } from "./ask_agent.ts";
import { EXIT, type ExitCode } from "./exit_code.ts";
import { namedPairs } from "./find_pairs.ts";
import { renderCompletion } from "./render_completion.ts";
import type { Shell } from "./shells.ts";
import type { Terminal } from "./terminal.ts";

/** `certgate completion bash|zsh|fish`: prints a script that completes the commands of `program`. */
export function completion(shell: Shell, program: Command, terminal: Terminal): ExitCode {
  terminal.out(renderCompletion(shell, program));
  return EXIT.ok;
}

// A shell takes what it is given apart, so nothing but what a hostname is made of may reach it.
const HOSTNAME = /^(\*\.)?[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?$/;

/**
 * `certgate completion hosts`: the hostnames of the running agent, one a line, for the scripts.
 *
 * @returns 0, also where no agent answers: a shell has no use for words about that while a line is typed.
 */
export async function completeHosts(config: Config, terminal: Terminal): Promise<ExitCode> {
  const places = placesOf(config, undefined);
  const answer = typeof places === "string" ? null : await askAgent(places);
  const gate = answer?.kind === "live" ? answer.status.gate : answer?.kind === "old" ? answer.gate : null;
  const named = gate === null ? [] : [...gate.listeners, ...namedPairs(gate.pairs)];
  const hosts = new Set(named.map(({ hostname }) => hostname));
  for (const host of [...hosts].sort()) {
    if (typeof host === "string" && HOSTNAME.test(host)) terminal.out(`${host}\n`);
  }
  return EXIT.ok;
}
