import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Group } from "./groups.ts";
import type { Named, Outcome } from "./outcome.ts";
import { makeProgram } from "./make_program.ts";
import { readJunit } from "./read_junit.ts";
import { stopTree } from "./stop_tree.ts";

export interface RunGroupOptions {
  /** The checkout; paths of files are relative to it. */
  readonly root: string;
  /** More arguments for `deno test`. */
  readonly args: readonly string[];
  /** Only some tests are wanted (a filter), so files may stay silent. */
  readonly partly?: boolean;
  /** Where the output goes. */
  readonly write: (text: string) => void;
  /** Whether others of the machine come first. */
  readonly behind?: boolean;
}

/** Names the program to the tests. */
const PROGRAM = "CERTGATE_PROGRAM";
/** Enough that a group that measures time hardly notices its neighbours. */
const NICENESS = "10";
// A group may leave a program behind that keeps the output open; what it says then is nobody's business.
const LAST_WORDS = 2000;

/**
 * Runs the test files of a group in one `deno test` process.
 *
 * What must not be lost counts as a failure by name: a file that does not load or holds no test, a process that ends badly
 * though no test failed, and a group that exceeds its time.
 */
export async function runGroup(
  group: Group,
  files: readonly string[],
  options: RunGroupOptions,
): Promise<Outcome> {
  const folder = mkdtempSync(join(tmpdir(), "certgate-tests-"));
  const report = join(folder, "report.xml");
  try {
    const made = await programFor(group, folder, options);
    if ("problem" in made) {
      options.write(`${made.problem}\n`);
      return { passed: [], skipped: [], failed: [{ file: group.program!, name: "(makes no program)" }] };
    }
    const ending = await runTests(group, files, report, { ...options, env: made.env });
    const outcome = existsSync(report)
      ? readJunit(readFileSync(report, "utf8"))
      : { passed: [], failed: [], skipped: [] };
    return {
      ...outcome,
      // The report does not tell a test that a filter left out from one that was skipped.
      skipped: options.partly ? [] : outcome.skipped,
      failed: [...outcome.failed, ...unreported(group, options.partly ? [] : files, outcome, ending)],
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The environment with the program that a group needs; one that is named already is taken. */
async function programFor(
  group: Group,
  folder: string,
  { root }: RunGroupOptions,
): Promise<{ env: Record<string, string> } | { problem: string }> {
  if (group.program === undefined || Deno.env.has(PROGRAM) || !existsSync(join(root, group.program))) {
    return { env: {} };
  }
  const made = await makeProgram(root, group.program, join(folder, "program"));
  return "problem" in made ? made : { env: { [PROGRAM]: made.program } };
}

interface Ending {
  readonly success: boolean;
  readonly words: string;
}

async function runTests(
  group: Group,
  files: readonly string[],
  report: string,
  options: RunGroupOptions & { readonly env: Readonly<Record<string, string>> },
): Promise<Ending> {
  // Types are a test of the house; a mistake in one file shall not take the tests of all others with it.
  const together = group.parallel ? ["--parallel"] : [];
  const args = ["test", "-A", "--no-check", ...together, `--junit-path=${report}`, ...options.args, ...files];
  // The shell puts both outputs into one, in their order, and becomes the process; nice does so as well.
  const shell = ["-c", 'exec "$@" 2>&1', "sh", ...(options.behind ? ["nice", "-n", NICENESS] : [])];
  const child = new Deno.Command("/bin/sh", {
    args: [...shell, Deno.execPath(), ...args],
    cwd: options.root,
    env: { ...colours(), ...options.env },
    stdin: "null",
    stdout: "piped",
    stderr: "null",
  }).spawn();
  const said = passOn(child.stdout, options.write);
  let late = false;
  const limit = setTimeout(() => {
    late = true;
    stopTree(child.pid);
  }, group.limit * 1000);
  const { success, code } = await child.status;
  clearTimeout(limit);
  await said.end();
  return {
    success,
    words: late ? `not finished after ${group.limit} s` : `deno test ended with code ${code}`,
  };
}

/** The output goes through us, so the process cannot see whether there is a terminal at its end. */
function colours(): Record<string, string> {
  return Deno.stdout.isTerminal() && !Deno.noColor ? { FORCE_COLOR: "1" } : { NO_COLOR: "1" };
}

/** Passes text on until there is no more of it; `end` waits for the last of it, but not for ever. */
function passOn(output: ReadableStream<Uint8Array>, write: (text: string) => void): { end(): Promise<void> } {
  const reader = output.pipeThrough(new TextDecoderStream()).getReader();
  const all = (async () => {
    for (let next = await reader.read(); !next.done; next = await reader.read()) write(next.value);
  })();
  return {
    async end() {
      const timer = setTimeout(() => reader.cancel(), LAST_WORDS);
      await all;
      clearTimeout(timer);
    },
  };
}

/** Failures that the report does not have. */
function unreported(group: Group, files: readonly string[], outcome: Outcome, ending: Ending): Named[] {
  const reported = [...outcome.passed, ...outcome.failed, ...outcome.skipped];
  if (reported.length === 0 && files.length === 0 && ending.success) return [];
  if (reported.length === 0) return [{ file: group.name, name: `(no test ran: ${ending.words})` }];
  const seen = new Set(reported.map((test) => test.file));
  const silent = files.filter((file) => !seen.has(file)).map((file) => ({
    file,
    name: "(does not load, or holds no test)",
  }));
  if (ending.success || silent.length > 0 || outcome.failed.length > 0) return silent;
  return [{ file: group.name, name: `(${ending.words} though no test failed)` }];
}
