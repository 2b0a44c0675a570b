/**
 * `deno task test`: the whole suite, group after group, with a count of everything on the very last line.
 *
 *     deno task test                 all groups
 *     deno task test unit cli        these groups
 *     deno task test --no-setup …    without fetching anything first
 *     deno task test … -- --filter x what stands behind "--" goes to deno test
 *
 * @module
 */
import { fileURLToPath } from "node:url";
import { closingLines, sum } from "./runner/closing_lines.ts";
import { findFiles } from "./runner/find_files.ts";
import { type Group, GROUPS, isTestFile, shareOut } from "./runner/groups.ts";
import type { Named, Outcome } from "./runner/outcome.ts";
import { parseArguments } from "./runner/parse_arguments.ts";
import { readSources } from "./runner/read_sources.ts";
import { runGroup, type RunGroupOptions } from "./runner/run_group.ts";
import { skipReason } from "./runner/skip_reason.ts";
import { setUp } from "./setup/setup.ts";
import { type ToolName, toolPath, TOOLS } from "./setup/tools.ts";

const say = (line: string) => console.log(line);

async function main(): Promise<void> {
  const wanted = parseArguments(Deno.args, GROUPS.map((group) => group.name));
  if ("error" in wanted) {
    console.error(wanted.error);
    Deno.exitCode = 2;
    return;
  }
  const root = wanted.root ?? fileURLToPath(new URL("../", import.meta.url));
  const why = new Map<string, string>();
  const outcomes: Outcome[] = [];
  if (wanted.setUp) {
    say("── set-up");
    const done = await setUp(say);
    for (const tool of done.tools) if (tool.path === null) why.set(tool.name, tool.why);
    if (done.libraries !== null) outcomes.push(failure("set-up", `(libraries: ${done.libraries})`));
  }
  for (const [group, files] of shareOut(findFiles(root, isTestFile))) {
    if (wanted.groups.length > 0 && !wanted.groups.includes(group.name)) continue;
    const options = { root, args: testArguments(wanted), partly: wanted.rest.length > 0 };
    if (files.length > 0) outcomes.push(await runTimed(group, files, options));
    else if (wanted.groups.length > 0) outcomes.push(failure(group.name, "(there is no test file)"));
  }
  const missing = (tool: string) =>
    !(tool in TOOLS) || toolPath(tool as ToolName) !== null ? null : why.get(tool) ?? "see deno task setup";
  const reason = (test: Named) => skipReason(readSources(root, test.file), missing);
  const total = sum(outcomes);
  if (total.failed.length > 0 || total.passed.length === 0) Deno.exitCode = 1;
  for (const line of closingLines(total, reason)) say(line);
}

function testArguments(wanted: { setUp: boolean; rest: readonly string[] }): string[] {
  // After set-up nothing may be fetched any more; and where CI is set the lock file has to be right as it is.
  return [
    ...(wanted.setUp ? ["--cached-only"] : []),
    ...(Deno.env.get("CI") ? ["--frozen"] : []),
    ...wanted.rest,
  ];
}

async function runTimed(group: Group, files: string[], options: RunGroupOptions): Promise<Outcome> {
  const started = performance.now();
  say(`\n── ${group.name} (${files.length} ${files.length === 1 ? "file" : "files"})`);
  const outcome = await runGroup(group, files, options);
  say(`── ${group.name}: ${((performance.now() - started) / 1000).toFixed(1)} s`);
  return outcome;
}

function failure(file: string, name: string): Outcome {
  return { passed: [], failed: [{ file, name }], skipped: [] };
}

if (import.meta.main) await main();
