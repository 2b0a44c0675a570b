import { wordsOf, WRITE_HINT } from "../host/mod.ts";
import type { Log } from "../model/mod.ts";
import { loadThrowaways, openMetrics } from "../outputs/mod.ts";
import type { Config } from "../resources/mod.ts";
import { lookForEnvoy, makeGeneration, translate, type Translation } from "../server/mod.ts";
import { EXIT, type ExitCode } from "./exit_code.ts";
import { renderDiff, renderPlanData, renderPlanSummary } from "./plan_report.ts";
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
  let translation: Translation;
  try {
    translation = await replayBytes(request, config, options, terminal);
  } catch (error) {
    const hint = "the file has to hold one serialized PostTranslateModifyRequest, as the hook receives it";
    terminal.err(errorLines(`Cannot replay "${file}": ${(error as Error).message}`, hint));
    return EXIT.failed;
  }
  const { answer, plan } = translation;
  if (options.out) {
    try {
      await Deno.writeFile(options.out, answer, { mode: 0o600 });
    } catch (error) {
      const hint = error instanceof Deno.errors.NotCapable ? WRITE_HINT : "";
      terminal.err(errorLines(`Cannot write "${options.out}": ${wordsOf(error)}`, hint));
      return EXIT.failed;
    }
  }
  if (options.output !== "table") terminal.out(renderPlanData(plan, options.output));
  else {
    if (options.diff) terminal.out(renderDiff(plan));
    terminal.out(renderPlanSummary(translation));
  }
  return EXIT.ok;
}

async function replayBytes(
  request: Uint8Array,
  config: Config,
  options: ReplayOptions,
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
    { log, metrics, keeper: { keep: () => {} }, clock },
  );
  const throwaways = await loadThrowaways(null, options.at, log);
  return await translate(request, { generation, throwaways, metrics, log, clock, at: options.at });
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
