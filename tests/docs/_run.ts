import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Command } from "commander";
import { describeProgram, runCommandLine } from "../../lib/cli/mod.ts";
import { FakeTerminal } from "../fakes/fake_terminal.ts";
import { programsOf, type ShownCommand } from "./_commands.ts";
import type { DocsHost } from "./_host.ts";
import { type Ended, LIMIT, onPath, runWith } from "./_programs.ts";
import { ROOT } from "./_pages.ts";

/** What may be run on a machine that is used for other things: they read, and write where they are told to. */
const HARMLESS = new Set(
  "cat curl cut diff echo false grep head jq promtool sed sort tail tee test tr true uniq wc".split(" "),
);

/** Whether {@linkcode runShown} can run a command: it begins with certgate, or asks the agent, or is harmless. */
export function isRunnable({ plain }: ShownCommand): boolean {
  const programs = programsOf(plain);
  if (plain.startsWith("curl ") && !plain.includes("127.0.0.1:9794")) return false;
  return programs.every((program) => program === "certgate" || HARMLESS.has(program));
}

/** How a command ended, or the programs that are missing here. */
export type Shown = Ended | { readonly missing: readonly string[] };

/**
 * Runs a command of the docs on a host. certgate itself is run in this process, which is quicker by far; the shell reads
 * its arguments before and gets its output and exit code afterwards. What goes on, or has an environment of its own, is
 * a process.
 */
export async function runShown(command: ShownCommand, host: DocsHost): Promise<Shown> {
  const line = host.translate(command.plain);
  const missing = programsOf(command.plain).filter((program) =>
    program !== "certgate" && !existsSync(join(host.root, "bin", program)) && onPath(program) === null
  );
  if (!programsOf(command.plain).includes("certgate")) {
    return missing.length > 0 ? { missing } : await shell(line, host);
  }
  if (/--watch|^\w+=/.test(command.plain)) return await asProcess(line, host);
  const answers = join(host.root, "answers");
  mkdirSync(answers, { recursive: true });
  shim(host, RECORD);
  await shell(line, host);
  const calls = readdirSync(answers).filter((name) => name.endsWith(".args"));
  let last: Ended = { code: 2, stdout: "", stderr: "certgate was not called" };
  for (const name of calls) {
    const args = readFileSync(join(answers, name), "utf8").split("\0").slice(0, -1);
    last = await inProcess(withConfig(args, host), host);
    writeFileSync(join(answers, "out"), last.stdout);
  }
  shim(host, `#!/bin/sh\ncat '${answers}/out'\nexit ${last.code}\n`);
  const whole = calls.length === 1 && missing.length === 0 ? await shell(line, host) : last;
  await Deno.remove(answers, { recursive: true });
  // What stands behind a pipe has the last word to the shell, but a wrong usage must not hide there.
  return { ...whole, code: last.code > 1 ? last.code : whole.code, stderr: last.stderr + whole.stderr };
}

const RECORD = '#!/bin/sh\nprintf "%s\\0" "$@" > "$ANSWERS/$$.args"\n';

function shim(host: DocsHost, text: string): void {
  writeFileSync(join(host.root, "bin/certgate"), text, { mode: 0o755 });
}

function shell(line: string, host: DocsHost): Promise<Ended> {
  return runWith("sh", ["-c", line], { cwd: host.home, env: environment(host) });
}

function environment(host: DocsHost): Record<string, string> {
  return {
    PATH: `${join(host.root, "bin")}:${Deno.env.get("PATH")}`,
    ANSWERS: join(host.root, "answers"),
    CERTGATE_CONFIG: host.config,
    NO_COLOR: "1",
  };
}

async function asProcess(line: string, host: DocsHost): Promise<Ended> {
  shim(host, `#!/bin/sh\nexec '${Deno.execPath()}' run -A '${join(ROOT, "main.ts")}' "$@"\n`);
  return line.includes("--watch") ? await interrupted(line, host) : await shell(line, host);
}

/** What goes on until Ctrl-C, pressed as soon as there is something to see. */
async function interrupted(line: string, host: DocsHost): Promise<Ended> {
  const child = new Deno.Command("sh", {
    args: ["-c", `exec ${line}`],
    cwd: host.home,
    env: environment(host),
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
    signal: AbortSignal.timeout(LIMIT),
  }).spawn();
  const stderr = new Response(child.stderr).text();
  const reader = child.stdout.getReader();
  const first = new TextDecoder().decode((await reader.read()).value);
  child.kill("SIGINT");
  while (!(await reader.read()).done);
  return { code: (await child.status).code, stdout: first, stderr: await stderr };
}

async function inProcess(args: readonly string[], host: DocsHost): Promise<Ended> {
  const terminal = new FakeTerminal();
  const before = Deno.cwd();
  Deno.chdir(host.home);
  try {
    const code = await runCommandLine(args, terminal);
    return { code, stdout: terminal.stdout, stderr: terminal.stderr };
  } finally {
    Deno.chdir(before);
  }
}

/** The configuration of the host where the command names none, and little patience. */
function withConfig(args: readonly string[], host: DocsHost): string[] {
  const { command, rest } = findCommand(args);
  const takes = (name: string) => command.options.some(({ long }) => long === name);
  const names = rest.some((word) => /^(-c|--config)(=|$)/.test(word)) ||
    command.name() === "check" && rest.some((word) => !word.startsWith("-"));
  return [
    ...args,
    ...(takes("--config") && !names ? ["--config", host.config] : []),
    ...(command.name() === "wait" ? ["--timeout", "300ms"] : []),
  ];
}

/** The command that words call, and the words behind its name. */
export function findCommand(words: readonly string[]): { command: Command; rest: readonly string[] } {
  let command = describeProgram();
  let rest = words;
  for (let next; (next = command.commands.find((one) => one.name() === rest[0])); rest = rest.slice(1)) {
    command = next;
  }
  return { command, rest };
}
