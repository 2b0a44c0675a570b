import type { Command } from "commander";
import { describeProgram } from "../../lib/cli/mod.ts";
import { fullName, shownCommands } from "../../lib/cli/command_help.ts";
import { MADE, row } from "./_page.ts";

/** `docs/commands.md`: what `--help` of every command prints. */
export function renderCommands(): string {
  const program = describeProgram().configureOutput({ getOutHelpWidth: () => 100 });
  const leaves = shownCommands(program).flatMap(leavesOf);
  return [
    "# Commands",
    MADE,
    "",
    "What `certgate COMMAND --help` prints; `man certgate` has the same on one page.",
    "",
    row("command", "what it does"),
    row("---", "---"),
    ...leaves.map((one) => row(`[\`${fullName(one)}\`](#${anchor(one)})`, one.description())),
    "",
    "Exit codes are the same everywhere: 0 all well, 1 something is not usable, 2 wrong usage or configuration, 3 failed,",
    "4 already running. Listings take `-o json` and `-o yaml` for other programs. Every command that reads the configuration",
    "takes `-c FILE` and `--set KEY=VALUE`, see [configuration.md](configuration.md).",
    "",
    ...[program, ...leaves].flatMap(helpSection),
    "## Completion",
    "",
    "The packages bring completions along. Elsewhere:",
    "",
    "```sh",
    "certgate completion bash > /etc/bash_completion.d/certgate",
    "certgate completion zsh > /usr/local/share/zsh/site-functions/_certgate",
    "certgate completion fish > /etc/fish/completions/certgate.fish",
    "```",
    "",
  ].join("\n");
}

function leavesOf(command: Command): Command[] {
  const below = shownCommands(command);
  return below.length === 0 ? [command] : below.flatMap(leavesOf);
}

const heading = (command: Command) => `certgate ${fullName(command)}`.trim();
const anchor = (command: Command) => heading(command).replaceAll(" ", "-");

function helpSection(command: Command): string[] {
  // What follows the options is printed by an event, which helpInformation() does not give.
  let text = "";
  const root = command.parent?.parent ?? command.parent ?? command;
  const configure = { writeOut: (part: string) => void (text += part), getOutHelpWidth: () => 100 };
  root.configureOutput(configure);
  command.configureOutput(configure).outputHelp();
  return [`## ${heading(command)}`, "", "```text", text.trimEnd(), "```", ""];
}
