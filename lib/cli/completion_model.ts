import type { Argument, Command, Option } from "commander";
import { CONFIG_KEYS } from "../resources/mod.ts";
import { ALERTS } from "./alerts/mod.ts";
import { fullName, shownCommands } from "./command_help.ts";

/** What a value may be. */
export interface Completable {
  /** Fixed words. What ends in `=` is only the beginning of one. */
  readonly words: readonly string[];
  /** What else there is: files, directories, hostnames, or hostnames behind a word that ends in `=` (goals). */
  readonly from: "files" | "directories" | "hosts" | "goals" | null;
}

/** An option as shells complete it. */
export interface CompletableOption {
  /** Its spellings, e.g. `-o` and `--output`. */
  readonly flags: readonly string[];
  readonly description: string;
  /** What its value may be; `null` where it takes none. */
  readonly value: Completable | null;
}

/** A command as shells complete it. */
export interface CompletableCommand {
  /** Its words without the program's; empty for the program itself. */
  readonly path: readonly string[];
  readonly description: string;
  readonly commands: readonly { readonly name: string; readonly description: string }[];
  readonly options: readonly CompletableOption[];
  /** Its arguments; the last one stands for all further ones. */
  readonly arguments: readonly Completable[];
}

/** Every command with what may follow it, the program first. */
export function completionModel(program: Command): CompletableCommand[] {
  const path = fullName(program).split(" ").filter((word) => word !== "");
  const below = shownCommands(program);
  const visible = program.createHelp();
  return [
    {
      path,
      description: program.description(),
      commands: below.map((one) => ({ name: one.name(), description: one.description() })),
      options: visible.visibleOptions(program).map(completableOption),
      arguments: program.registeredArguments.map((argument) =>
        valueOf(nameOf(argument), argument.argChoices)
      ),
    },
    ...below.flatMap(completionModel),
  ];
}

function nameOf(argument: Argument): string {
  return argument.name();
}

function completableOption({ short, long, description, required, optional, flags, argChoices }: Option) {
  const name = /[<[]([\w-]+)/.exec(flags)?.[1] ?? "";
  const spellings = [short, long].filter((flag) => flag !== undefined);
  const value = required || optional ? valueOf(name, argChoices, long) : null;
  return { flags: spellings, description, value };
}

// The name between the brackets tells what is wanted; the help shows the same name to people.
function valueOf(name: string, choices?: readonly string[], long?: string): Completable {
  if (choices) return { words: choices, from: null };
  if (long === "--for") return { words: ["converged", "programmed=", "withheld="], from: "goals" };
  if (long === "--set") return { words: CONFIG_KEYS.map((key) => `${key.path}=`), from: null };
  if (long === "--envoy") return { words: ["auto", "none"], from: "files" };
  switch (name) {
    case "file":
    case "path":
      return { words: [], from: "files" };
    case "dir":
      return { words: [], from: "directories" };
    case "host":
      return { words: [], from: "hosts" };
    case "alert":
      return { words: ALERTS.map((alert) => alert.name), from: null };
    default:
      return { words: [], from: null };
  }
}
