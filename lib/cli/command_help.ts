import type { Command } from "commander";
import type { ExitCode } from "./exit_code.ts";

/** What the help of a command says besides its arguments and options. `--help`, the man page and the docs show it. */
export interface CommandHelp {
  /** Paragraphs. */
  readonly about?: readonly string[];
  /** What each exit code means here. */
  readonly exitCodes: Readonly<Partial<Record<ExitCode, string>>>;
  /** Whole command lines. */
  readonly examples: readonly string[];
}

// Half a screen on anything, and what the library takes where there is no screen.
const WIDTH = 80;

const helps = new WeakMap<Command, CommandHelp>();

/** Gives a command its help; `--help` prints it below the options. */
export function setHelp(command: Command, help: CommandHelp): Command {
  helps.set(command, help);
  return command.addHelpText("after", `\n${renderHelp(help)}`);
}

/** The help that a command was given, if any. */
export function helpOf(command: Command): CommandHelp | undefined {
  return helps.get(command);
}

/** The commands that a person can give: those that are hidden, and `help` itself, are left out. */
export function shownCommands(command: Command): Command[] {
  return command.createHelp().visibleCommands(command).filter((one) => one.name() !== "help") as Command[];
}

/** The whole name of a command, e.g. `config check`, without the name of the program. */
export function fullName(command: Command): string {
  const above = command.parent;
  return above === null ? "" : `${fullName(above)} ${command.name()}`.trim();
}

function renderHelp({ about = [], exitCodes, examples }: CommandHelp): string {
  const codes = Object.entries(exitCodes).map(([code, meaning]) => `${code} ${meaning}`).join(", ");
  return [
    ...about.map((text) => wrap(text, WIDTH)),
    wrap(`Exit codes: ${codes}.`, WIDTH),
    ...examples.length > 0 ? [["Examples:", ...examples.map((line) => `  ${line}`)].join("\n")] : [],
  ].join("\n\n");
}

/** The same text in lines of at most so many characters, where its words allow it. */
export function wrap(text: string, width: number): string {
  const lines: string[] = [];
  for (const word of text.split(" ")) {
    const last = lines.at(-1);
    if (last === undefined || last.length + 1 + word.length > width) lines.push(word);
    else lines[lines.length - 1] = `${last} ${word}`;
  }
  return lines.join("\n");
}
