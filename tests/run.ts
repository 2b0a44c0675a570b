/**
 * `deno task test`: the whole suite, group after group in three lanes, with a count of everything on the very last line.
 *
 *     deno task test                 all groups
 *     deno task test unit cli        these groups
 *     deno task test --no-setup …    without fetching anything first
 *     deno task test … -- --filter x what stands behind "--" goes to deno test
 *
 * @module
 */
import { fileURLToPath } from "node:url";
import { apart } from "./runner/apart.ts";
import { closingLines, sum } from "./runner/closing_lines.ts";
import { findFiles } from "./runner/find_files.ts";
import { type Group, GROUPS, isTestFile, shareOut } from "./runner/groups.ts";
import { isOnPath } from "./runner/is_on_path.ts";
import type { Named, Outcome } from "./runner/outcome.ts";
import { parseArguments, type Wanted } from "./runner/parse_arguments.ts";
import { readSources } from "./runner/read_sources.ts";
import { runGroup, type RunGroupOptions } from "./runner/run_group.ts";
import { runLanes, shareLanes } from "./runner/run_lanes.ts";
import type { Voice } from "./runner/screen.ts";
import { skipReason } from "./runner/skip_reason.ts";
import { setUp } from "./setup/setup.ts";
import { type ToolName, toolPath, TOOLS } from "./setup/tools.ts";

const say = (line: string) => console.log(line);

/** Writes text as it is; a pipe may take less than it is given. */
function show(text: string): void {
  let bytes = new TextEncoder().encode(text);
  while (bytes.length > 0) bytes = bytes.subarray(Deno.stdout.writeSync(bytes));
}

async function main(): Promise<void> {
  const wanted = parseArguments(Deno.args, GROUPS.map((group) => group.name));
  if ("error" in wanted) {
    console.error(wanted.error);
    Deno.exitCode = 2;
    return;
  }
  const root = rootOf(wanted);
  const why = new Map<string, string>();
  const outcomes: Outcome[] = [];
  if (wanted.setUp) {
    say("── set-up");
    const done = await setUp(say);
    for (const tool of done.tools) if (tool.path === null) why.set(tool.name, tool.why);
    if (done.libraries !== null) outcomes.push(failure("set-up", `(libraries: ${done.libraries})`));
  }
  outcomes.push(...await runGroups(wanted));
  const missing = (tool: string) =>
    !(tool in TOOLS) || toolPath(tool as ToolName) !== null ? null : why.get(tool) ?? "see deno task setup";
  const reason = (test: Named) => skipReason(readSources(root, test.file), missing, isOnPath);
  const total = sum(outcomes);
  if (total.failed.length > 0 || total.passed.length === 0) Deno.exitCode = 1;
  for (const line of closingLines(total, reason)) say(line);
}

function rootOf({ root }: Wanted): string {
  return root ?? fileURLToPath(new URL("../", import.meta.url));
}

function testArguments(wanted: { setUp: boolean; rest: readonly string[] }): string[] {
  // After set-up nothing may be fetched any more; and where CI is set the lock file has to be right as it is.
  return [
    ...(wanted.setUp ? ["--cached-only"] : []),
    ...(Deno.env.get("CI") ? ["--frozen"] : []),
    ...wanted.rest,
  ];
}

/** Runs the groups that are wanted and have files, and returns what became of them in their order. */
async function runGroups(wanted: Wanted): Promise<Outcome[]> {
  const root = rootOf(wanted);
  const shares = shareOut(findFiles(root, isTestFile));
  const named = [...shares.keys()].filter(({ name }) => wanted.groups.includes(name));
  const toRun = (wanted.groups.length > 0 ? named : [...shares.keys()])
    .filter((group) => shares.get(group)!.length > 0);
  const outcomes = new Map(named.map((group) => [group, failure(group.name, "(there is no test file)")]));
  const options = { root, args: testArguments(wanted), partly: wanted.rest.length > 0 };
  await runLanes(shareLanes(toRun, apart().length > 0), show, async (group, voice, laneIsBehind) => {
    const behind = laneIsBehind && !group.waits;
    outcomes.set(group, await runTimed(group, shares.get(group)!, { ...options, behind }, voice));
  });
  return [...shares.keys()].flatMap((group) => outcomes.get(group) ?? []);
}

async function runTimed(
  group: Group,
  files: string[],
  options: Omit<RunGroupOptions, "write">,
  voice: Voice,
): Promise<Outcome> {
  const started = performance.now();
  voice.write(`\n── ${group.name} (${files.length} ${files.length === 1 ? "file" : "files"})\n`);
  const outcome = await runGroup(group, files, { ...options, write: voice.write });
  voice.write(`── ${group.name}: ${((performance.now() - started) / 1000).toFixed(1)} s\n`);
  return outcome;
}

function failure(file: string, name: string): Outcome {
  return { passed: [], failed: [{ file, name }], skipped: [] };
}

if (import.meta.main) await main();
