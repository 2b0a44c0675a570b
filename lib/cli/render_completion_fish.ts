import type { Completable, CompletableCommand } from "./completion_model.ts";

/** The script for fish 3. */
export function renderFish(commands: readonly CompletableCommand[]): string {
  const program = commands[0].commands.map(({ name }) => name);
  return [
    "# fish completion of certgate, printed by: certgate completion fish",
    "complete -c certgate -f",
    ...commands.flatMap((command) => lines(command, conditionOf(command, program))),
    "",
  ].join("\n");
}

const quote = (text: string) => `'${text.replaceAll("\\", "\\\\").replaceAll("'", "\\'")}'`;
const isBelow = (words: readonly string[]) => `__fish_seen_subcommand_from ${words.join(" ")}`;

function conditionOf({ path, commands }: CompletableCommand, program: readonly string[]): string {
  if (path.length === 0) return `not ${isBelow(program)}`;
  const here = path.map((word) => isBelow([word])).join("; and ");
  return commands.length === 0 ? here : `${here}; and not ${isBelow(commands.map(({ name }) => name))}`;
}

function lines(command: CompletableCommand, condition: string): string[] {
  const when = `complete -c certgate -n ${quote(condition)}`;
  return [
    ...command.commands.map(({ name, description }) => `${when} -a ${name} -d ${quote(description)}`),
    ...command.options.map(({ flags, description, value }) => {
      const spelt = flags.map((flag) =>
        flag.startsWith("--") ? `-l ${flag.slice(2)}` : `-s ${flag.slice(1)}`
      );
      return `${when} ${spelt.join(" ")}${value ? valueArguments(value) : ""} -d ${quote(description)}`;
    }),
    ...command.arguments.map((value) => `${when}${argumentOf(value)}`).filter((line) => line !== when),
  ];
}

/** A value is required (`-x`), and files are only offered where they are wanted (`-F`). */
function valueArguments(value: Completable): string {
  return ` ${value.from === "files" ? "-r -F" : "-x"}${candidates(value)}`;
}

function argumentOf(value: Completable): string {
  return `${value.from === "files" ? " -F" : ""}${candidates(value)}`;
}

const HOSTS = "certgate completion hosts 2>/dev/null";

function candidates({ words, from }: Completable): string {
  const given = [
    ...words.map((word) => from === "goals" && word.endsWith("=") ? `${word}(${HOSTS})` : word),
    ...from === "hosts" ? [`(${HOSTS})`] : [],
    ...from === "directories" ? ["(__fish_complete_directories)"] : [],
  ];
  return given.length === 0 ? "" : ` -a ${quote(given.join(" "))}`;
}
