import type { Command } from "commander";
import { fullName, helpOf, shownCommands, wrap } from "./command_help.ts";
import { ENVIRONMENT, type Fact, FILES, SEE_ALSO, SIGNALS } from "./man_page_facts.ts";

/** What stands at the foot of the page. */
export interface ManPageOptions {
  /** Of certgate, e.g. `0.1.0`. */
  readonly version: string;
  /** `YYYY-MM-DD`. */
  readonly date: string;
}

/**
 * The man page certgate(1), from the same descriptions as `--help`, in the macros of man(7).
 *
 * @param program The commands, see `describeProgram()`.
 * @returns The page as roff; the same for the same arguments.
 */
export function renderManPage(program: Command, { version, date }: ManPageOptions): string {
  const { about = [], exitCodes = {}, examples = [] } = helpOf(program) ?? {};
  const description = program.description();
  return [
    `.TH CERTGATE 1 ${`"${date}"`} ${quoted(`certgate ${version}`)} "certgate manual"`,
    ".SH NAME",
    `certgate \\- ${plain(description[0].toLowerCase() + description.slice(1).replace(/\.$/, ""))}`,
    ".SH SYNOPSIS",
    ".nf",
    ...shownCommands(program).flatMap(synopses).map(plain),
    ".fi",
    ".SH DESCRIPTION",
    ...paragraphs([description, ...about]).slice(1),
    ".SH COMMANDS",
    ...shownCommands(program).flatMap(section),
    ".SH OPTIONS",
    ...options(program),
    ".SH FILES",
    ...list(FILES),
    ".SH ENVIRONMENT",
    ...list(ENVIRONMENT),
    ".SH SIGNALS",
    ...list(SIGNALS),
    ".SH EXIT STATUS",
    ...list(Object.entries(exitCodes)),
    ".SH EXAMPLES",
    ...example(examples).slice(1),
    ".SH SEE ALSO",
    ...SEE_ALSO.split(", ").map((page, index, all) => reference(page, index < all.length - 1)),
    "",
  ].join("\n");
}

function synopses(command: Command): string[] {
  const below = shownCommands(command);
  return below.length > 0 ? below.flatMap(synopses) : [`certgate ${fullName(command)} ${usage(command)}`];
}

function usage(command: Command): string {
  const given = command.registeredArguments.map((argument) => {
    const name = argument.name() + (argument.variadic ? "..." : "");
    return argument.required ? `<${name}>` : `[${name}]`;
  });
  return ["[options]", ...given].join(" ");
}

function section(command: Command): string[] {
  const below = shownCommands(command);
  if (below.length > 0) return below.flatMap(section);
  const { about = [], exitCodes = {}, examples = [] } = helpOf(command) ?? {};
  const description = command.description();
  const given = command.registeredArguments.map((argument) =>
    [`<${argument.name()}>`, argument.description] as const
  );
  return [
    `.SS ${quoted(`${fullName(command)} ${usage(command)}`)}`,
    ...paragraphs([`${description[0].toUpperCase()}${description.slice(1)}.`, ...about]).slice(1),
    ...list(given),
    ...options(command),
    ...paragraphs([`Exit status: ${Object.entries(exitCodes).map((one) => one.join(" ")).join(", ")}.`]),
    ...example(examples),
  ];
}

function options(command: Command): string[] {
  const help = command.createHelp();
  // Every command has --help, which the options of the program tell once.
  const shown = help.visibleOptions(command).filter(({ long }) =>
    command.parent === null || long !== "--help"
  );
  return list(shown.map((option) => [help.optionTerm(option), help.optionDescription(option)]));
}

function list(facts: readonly Fact[]): string[] {
  return facts.flatMap(([name, about]) => [".TP", `.B ${plain(name)}`, ...filled(about)]);
}

function paragraphs(texts: readonly string[]): string[] {
  return texts.flatMap((text) => [".PP", ...filled(text)]);
}

function example(lines: readonly string[]): string[] {
  return lines.length === 0 ? [] : [".PP", ".nf", ".RS 4", ...lines.map(plain), ".RE", ".fi"];
}

function reference(page: string, more: boolean): string {
  const [, name, number] = /^(.*)\((\d)\)$/.exec(page)!;
  return `.BR ${plain(name)} (${number})${more ? "," : ""}`;
}

const quoted = (text: string) => `"${plain(text).replaceAll('"', "\\(dq")}"`;

/** Lines of running text: roff wants them short. */
function filled(text: string): string[] {
  return wrap(text, 72).split("\n").map(plain);
}

/** Text that is nothing but text to roff: a hyphen stays one that can be copied, a dot in front is no request. */
function plain(text: string): string {
  return text
    .replaceAll("\\", "\\e")
    .replaceAll("-", "\\-")
    .replaceAll("'", "\\(aq")
    .replaceAll("`", "\\(ga")
    .replaceAll("^", "\\(ha")
    .replaceAll("~", "\\(ti")
    .replace(/^\./, "\\&.")
    .replace(/\P{ASCII}/gu, (letter) => `\\[u${codePoint(letter)}]`);
}

const codePoint = (letter: string) => letter.codePointAt(0)!.toString(16).toUpperCase().padStart(4, "0");
