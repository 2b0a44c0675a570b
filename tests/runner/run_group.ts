import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { apart } from "./apart.ts";
import { sum } from "./closing_lines.ts";
import type { Group } from "./groups.ts";
import type { Named, Outcome } from "./outcome.ts";
import { makeProgram } from "./make_program.ts";
import { readJunit, type Report } from "./read_junit.ts";
import { stopTree } from "./stop_tree.ts";
import { writeBundles } from "./write_bundles.ts";

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
const NOTHING: Report = { passed: [], failed: [], skipped: [], cancelled: [] };

/**
 * Runs the test files of a group in one `deno test` process. Those of a group with workers share these: what they import is
 * loaded once and not once a file, which would take longer than most of the tests.
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
  try {
    const made = await programFor(group, folder, options);
    if ("problem" in made) {
      options.write(`${made.problem}\n`);
      return { passed: [], skipped: [], failed: [{ file: group.program!, name: "(makes no program)" }] };
    }
    const run = { ...options, env: made.env, report: join(folder, "report.xml") };
    if (group.workers === undefined) {
      return outcomeOf(group, files, await runTests(group, files, run), options);
    }
    const bundles = writeBundles(files, { root: options.root, folder, count: group.workers });
    const ending = await runTests(group, bundles, run);
    const again = options.partly || ending.late ? [] : interrupted(files, ending.outcome);
    if (again.length === 0 || files.length === 1) return outcomeOf(group, files, ending, options);
    // One of them may keep the others of its worker from running. Each in a worker of its own, it is seen which.
    const alone = await runTests(group, again, run);
    return outcomeOf(group, files, bothOf(ending, alone), options);
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
  readonly outcome: Report;
  readonly success: boolean;
  readonly late: boolean;
  readonly words: string;
}

interface Run extends RunGroupOptions {
  readonly env: Readonly<Record<string, string>>;
  /** Where the report goes. */
  readonly report: string;
}

async function runTests(group: Group, files: readonly string[], run: Run): Promise<Ending> {
  rmSync(run.report, { force: true });
  // Types are a test of the house; a mistake in one file shall not take the tests of all others with it.
  const together = group.workers === undefined ? [] : ["--parallel"];
  const args = ["test", "-A", "--no-check", ...together, `--junit-path=${run.report}`, ...run.args, ...files];
  // The shell puts both outputs into one, in their order, and becomes the process; nice does so as well.
  const shell = ["-c", 'exec "$@" 2>&1', "sh", ...(run.behind ? ["nice", "-n", NICENESS] : [])];
  const child = new Deno.Command("/bin/sh", {
    args: [...shell, ...(group.apart ? apart() : []), Deno.execPath(), ...args],
    cwd: run.root,
    env: { ...colours(), DENO_JOBS: String(group.workers ?? 1), ...run.env },
    stdin: "null",
    stdout: "piped",
    stderr: "null",
  }).spawn();
  const said = passOn(child.stdout, run.write);
  let late = false;
  const limit = setTimeout(() => {
    late = true;
    stopTree(child.pid);
  }, group.limit * 1000);
  const { success, code } = await child.status;
  clearTimeout(limit);
  await said.end();
  return {
    outcome: existsSync(run.report) ? readJunit(readFileSync(run.report, "utf8")) : NOTHING,
    success,
    late,
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

/** The ending of a run and of a second one of files that the first has not brought to an end. */
function bothOf(first: Ending, second: Ending): Ending {
  const files = new Set(reportedOf(second.outcome).map((test) => test.file));
  const rest = (tests: readonly Named[]) => tests.filter((test) => !files.has(test.file));
  const { passed, failed, skipped } = first.outcome;
  const kept = { passed: rest(passed), failed: rest(failed), skipped: rest(skipped) };
  return {
    outcome: { ...sum([kept, second.outcome]), cancelled: [] },
    success: first.success && second.success,
    late: second.late,
    words: (second.success ? first : second).words,
  };
}

/** What became of a group, failures that the report does not have included. */
function outcomeOf(
  group: Group,
  files: readonly string[],
  ending: Ending,
  { partly }: RunGroupOptions,
): Outcome {
  const { outcome } = ending;
  return {
    ...outcome,
    // The report does not tell a test that a filter left out from one that was skipped.
    skipped: partly ? [] : outcome.skipped,
    failed: [...outcome.failed, ...unreported(group, partly ? [] : files, ending)],
  };
}

function unreported(group: Group, files: readonly string[], { outcome, success, words }: Ending): Named[] {
  const none = reportedOf(outcome).length === 0;
  if (none && files.length === 0 && success) return [];
  if (none) return [{ file: group.name, name: `(no test ran: ${words})` }];
  const silent = silentOf(files, outcome).map((file) => ({
    file,
    name: "(does not load, or holds no test)",
  }));
  if (success || silent.length > 0 || outcome.failed.length > 0) return silent;
  return [{ file: group.name, name: `(${words} though no test failed)` }];
}

/** Files that the report does not name. */
function silentOf(files: readonly string[], outcome: Outcome): string[] {
  const seen = new Set(reportedOf(outcome).map((test) => test.file));
  return files.filter((file) => !seen.has(file));
}

/** Files that the report does not name, or of which it has a test that was cancelled. */
function interrupted(files: readonly string[], report: Report): string[] {
  const cancelled = new Set(report.cancelled.map((test) => test.file));
  const silent = silentOf(files, report);
  return files.filter((file) => cancelled.has(file) || silent.includes(file));
}

function reportedOf({ passed, failed, skipped }: Outcome): Named[] {
  return [...passed, ...failed, ...skipped];
}
