import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fullName, helpOf, shownCommands } from "../../lib/cli/command_help.ts";
import { describeProgram } from "../../lib/cli/mod.ts";
import { commandsOf, shown, type ShownCommand } from "./_commands.ts";
import { DocsHost } from "./_host.ts";
import { readPages, ROOT } from "./_pages.ts";
import { runWith } from "./_programs.ts";
import { findCommand, isRunnable, runShown } from "./_run.ts";
import { NOT_RUN } from "./not_run.ts";

const pages = readPages();
const all = pages.flatMap(commandsOf);
const listed = NOT_RUN.map(({ begins, why }) => ({ begins: begins.replace(/^sudo /, ""), why }));
const reasonFor = ({ plain }: ShownCommand) => listed.find(({ begins }) => plain.startsWith(begins));
const place = ({ page, line, text }: ShownCommand) => `${page}:${line}: ${text}`;

type Node = ReturnType<typeof describeProgram>;
const everyCommand = (command: Node): Node[] => [command, ...shownCommands(command).flatMap(everyCommand)];

/** The code that a command has to end with. */
function isExpected({ plain, exit }: ShownCommand, code: number): boolean {
  if (exit !== null) return code === exit;
  // One agent runs already.
  if (/^(\w+=\S* )*certgate (run|issue)\b/.test(plain)) return code === 4;
  return code === 0 || code === 1;
}

Deno.test("docs show commands that run on a host such as they describe", async (test) => {
  await using host = await DocsHost.open();
  const examples = everyCommand(describeProgram()).flatMap((command) =>
    (helpOf(command)?.examples ?? []).map((line) => shown(`certgate ${fullName(command)} --help`, 0, line))
  );
  const done = new Set<string>();
  for (const command of [...examples, ...all.filter((one) => !reasonFor(one) && isRunnable(one))]) {
    const key = `${command.plain} ${command.exit}`;
    if (done.has(key)) continue;
    done.add(key);
    await test.step(place(command), async () => {
      const ended = await runShown(command, host);
      if ("missing" in ended) return;
      assert(
        isExpected(command, ended.code),
        `exit ${ended.code}\n${ended.stderr}${ended.stdout.slice(0, 500)}`,
      );
    });
  }
});

Deno.test("--help of every command has a description, exit codes and examples of that command", () => {
  for (const command of everyCommand(describeProgram()).filter(({ commands }) => commands.length === 0)) {
    const name = fullName(command);
    const { exitCodes, examples } = helpOf(command) ?? { exitCodes: {}, examples: [] };
    assert(command.description().length > 10 && 0 in exitCodes && examples.length > 0, name);
    for (const line of examples) assert(line.startsWith(`certgate ${name}`), line);
  }
});

Deno.test("docs show no command that is neither run nor listed with a reason in not_run.ts", () => {
  const unknown = all.filter((one) => !reasonFor(one) && !isRunnable(one));
  assert.deepEqual(unknown.map(place), []);
});

Deno.test("not_run.ts lists only what the docs show, and nothing that could be run", () => {
  const unused = listed.filter(({ begins }) => !all.some(({ plain }) => plain.startsWith(begins)));
  assert.deepEqual(unused, []);
  for (const { begins, why } of listed) assert(!begins.startsWith("certgate") && why.length > 10, begins);
});

Deno.test("docs show only shell that a shell can read", async () => {
  for (const { path, fences } of pages) {
    for (const { language, text, line } of fences) {
      assert(!["bash", "shell", "console"].includes(language), `${path}:${line}: use sh`);
      if (language !== "sh") continue;
      const { code, stderr } = await runWith("sh", ["-n", "-c", text]);
      assert.equal(code, 0, `${path}:${line}: ${stderr}`);
    }
  }
});

Deno.test("docs name tasks that there are", () => {
  const { tasks } = JSON.parse(readFileSync(join(ROOT, "deno.json"), "utf8"));
  const words = pages.flatMap(({ path, fences, codes }) =>
    [...fences, ...codes].map(({ text, line }) => ({ place: `${path}:${line}`, text }))
  );
  for (const { place, text } of words) {
    for (const [, name] of text.matchAll(/\bdeno(?:@[\d.]+)? task ([a-z][\w:-]*)/g)) {
      assert(name in tasks, `${place}: no task ${name}`);
    }
  }
});

Deno.test("docs name in their text only commands and options that there are", () => {
  for (const { path, codes } of pages) {
    if (path.startsWith("docs/adr/")) continue;
    for (const { text, line } of codes) {
      if (!/^certgate [a-z-]/.test(text)) continue;
      const words = text.split(/[|>]/)[0].trim().split(/\s+/).slice(1);
      const { command, rest } = findCommand(words);
      const where = `${path}:${line}: ${text}`;
      const known = command.options.flatMap(({ short, long }) => [short, long, "--help", "-h"]);
      for (const word of rest.filter((one) => one.startsWith("-"))) {
        assert(known.includes(word.split("=")[0]), `${where}: no option ${word}`);
      }
      const isGroup = command.commands.length > 0;
      assert(!isGroup || rest.length === 0 || rest[0].startsWith("-") || rest[0] === "COMMAND", where);
    }
  }
});
