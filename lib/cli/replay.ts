import { wordsOf, WRITE_HINT } from "../host/mod.ts";
import type { Log } from "../model/mod.ts";
import { loadThrowaways, openMetrics } from "../outputs/mod.ts";
import type { Config } from "../resources/mod.ts";
import { HookError, lookForEnvoy, makeGeneration, translate, type Translation } from "../server/mod.ts";
import { readSnapshot } from "../xds/mod.ts";
import { EXIT, type ExitCode } from "./exit_code.ts";
import { failedMutations } from "./failed_mutations.ts";
import { renderDiff, renderPlanData, renderPlanSummary } from "./plan_report.ts";
import { policyChanges } from "./policy_changes.ts";
import { printable } from "./printable.ts";
import { pruneChanges } from "./prune_changes.ts";
import { readSdsView } from "./replay_sds.ts";
import { readReplayPolicy, type ReplayPolicy } from "./replay_policy.ts";
import type { Format } from "./render_data.ts";
import { errorLines, type Terminal } from "./terminal.ts";
import { VERSION } from "./version.ts";

/** Options of `certgate replay`. */
export interface ReplayOptions {
  readonly output: Format;
  readonly diff: boolean;
  /** File that the answer is written to. */
  readonly out?: string;
  /** Milliseconds since the epoch. */
  readonly at: number;
  /** Overrides the configuration's `envoy.path`. */
  readonly envoy?: string;
  /** Directories or files with policy objects instead of the configuration's `policy.paths`. */
  readonly policy?: readonly string[];
}

/**
 * `certgate replay FILE`: a saved snapshot through the code of the hook.
 *
 * @returns 0 whether or not something changes, 2 if the file cannot be read, 3 if it holds no snapshot or the answer
 * cannot be written.
 */
export async function replay(
  file: string,
  config: Config,
  options: ReplayOptions,
  terminal: Terminal,
): Promise<ExitCode> {
  let request: Uint8Array;
  try {
    request = await unpack(await Deno.readFile(file));
  } catch (error) {
    terminal.err(errorLines(`Cannot read "${file}": ${(error as Error).message}`));
    return EXIT.usage;
  }
  const policy = await readReplayPolicy(config, options.policy);
  for (const problem of policy.problems) terminal.err(`note: ${printable(problem)}\n`);
  // The answer may be made of the very bytes of the request, and the diff says what they were.
  const before = readSnapshot(request.slice());
  let translation: Translation;
  try {
    translation = await replayBytes(request, config, { ...options, policy }, terminal);
  } catch (error) {
    terminal.err(refusalLines(file, error as Error));
    return EXIT.failed;
  }
  const { answer, plan, mutations } = translation;
  if (options.out) {
    try {
      await Deno.writeFile(options.out, answer, { mode: 0o600 });
    } catch (error) {
      const hint = error instanceof Deno.errors.NotCapable ? WRITE_HINT : "";
      terminal.err(errorLines(`Cannot write "${options.out}": ${wordsOf(error)}`, hint));
      return EXIT.failed;
    }
  }
  const grounds = { snapshot: before, policies: policy.belief.index.policies };
  const changes = [...policyChanges(mutations, grounds), ...pruneChanges(plan)];
  const report = { translation, changes, failed: failedMutations(translation) };
  if (options.output !== "table") terminal.out(renderPlanData(report, options.output));
  else {
    if (options.diff) terminal.out(renderDiff(changes));
    terminal.out(renderPlanSummary(report));
  }
  return EXIT.ok;
}

function refusalLines(file: string, error: Error): string {
  if (error instanceof HookError && error.failures.length > 0) {
    const others = error.failures.map(({ mutation, kind, place, message, action }) =>
      `  ${
        printable(`${mutation ?? "the hook"} at ${place || "the snapshot"}: ${message} (${kind}, ${action})`)
      }\n`
    );
    const hint = "the hook answers with an error then, and Envoy Gateway keeps what it has";
    return `${errorLines(`Cannot replay "${file}": ${printable(error.message)}`, hint)}${others.join("")}`;
  }
  const hint = "the file has to hold one serialized PostTranslateModifyRequest, as the hook receives it";
  return errorLines(`Cannot replay "${file}": ${error.message}`, hint);
}

async function replayBytes(
  request: Uint8Array,
  config: Config,
  options: Pick<ReplayOptions, "envoy" | "at"> & { readonly policy: ReplayPolicy },
  terminal: Terminal,
): Promise<Translation> {
  const log = quietLog(terminal);
  const metrics = openMetrics(VERSION, () => ({ rss: 0, cpuSeconds: 0, startSeconds: 0 }));
  const clock = Date.now;
  const patient = { ...config.hook, deadline: 60_000 };
  const generation = makeGeneration(
    { ...config, hook: patient },
    new Map(),
    await lookForEnvoy(options.envoy ?? config.envoy.path),
    { log, metrics, keeper: { keep: () => {} }, clock, policy: options.policy.belief },
  );
  const throwaways = await loadThrowaways(null, options.at, log);
  const sds = await readSdsView(config);
  return await translate(request, { generation, throwaways, metrics, log, clock, sds, at: options.at });
}

function quietLog(terminal: Terminal): Log {
  const note = (sentence: string, fields = {}) =>
    terminal.err(`note: ${sentence} ${JSON.stringify(fields)}\n`);
  return { debug: () => {}, info: () => {}, warn: note, error: note };
}

async function unpack(bytes: Uint8Array): Promise<Uint8Array> {
  const zipped = bytes[0] === 0x1f && bytes[1] === 0x8b;
  if (!zipped) return bytes;
  const stream = new Blob([bytes as BlobPart]).stream().pipeThrough(new DecompressionStream("gzip"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}
