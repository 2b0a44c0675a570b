import type { EnvoyAnswer } from "../health/mod.ts";
import type { PairBytes } from "../model/mod.ts";
import { isLastLine, readDiscoveryLog, readRefusal } from "./_envoy_answers.ts";
import {
  DISCOVERY_BOOTSTRAP,
  EMPTY_BOOTSTRAP,
  listenersFile,
  oneListener,
  pairTls,
  STDIN_PATH,
  type TlsJson,
  trustTls,
} from "./_envoy_config.ts";
import { type Run, runProgram } from "./_envoy_run.ts";
import { Slots } from "./_slots.ts";

// Every message on one line, nothing before it.
const LOG = ["-l", "warning", "--log-format", "%v", "--log-format-escaped"];
// Without these the run would take part in hot restarts of the Envoy that serves, and start a thread per core.
const ALONE = ["--disable-hot-restart", "--concurrency", "1"];

/** Most pairs in one validation run: the first bad one makes the whole run worthless. */
const BATCH = 1500;
/** Most pairs in one discovery run; a listener costs about 1 ms, so a run stays far below a second. */
const CHUNK = 250;
/** Starting Envoy costs as much as 200 pairs; with fewer a second process is not worth its start. */
const WORTH_A_PROCESS = 200;
/** Up to here the run that can name the bad ones is no slower than the one that cannot. */
const FEW = 16;
/** Bytes of settings in one run, so that a thousand huge chains do not become one huge document. */
const MOST_BYTES = 8 * 1024 * 1024;

// Asked at every start, which must not wait long for a program that hangs.
const VERSION_TIMEOUT = 3_000;

/** A timer of the runtime holds 31 bits of milliseconds; no question lasts 24 days. */
const LONGEST_TIMER = 2 ** 31 - 1;

/** One call's state: what is asked, what is answered so far, and the first thing that went wrong. */
interface Question {
  readonly settings: readonly TlsJson[];
  readonly answers: (EnvoyAnswer | null)[];
  readonly signal: AbortSignal;
  error: string | null;
}

/** How an {@linkcode EnvoyOracle} asks. */
export interface OracleOptions {
  /** Absolute path of the Envoy binary. */
  readonly envoyPath: string;
  /** How many Envoys may run at a time. Default 2. */
  readonly concurrency?: number;
  /** Milliseconds after which one run is given up. Default 10,000. */
  readonly timeoutMs?: number;
}

/** Limits of one question. */
export interface AskOptions {
  /** Milliseconds since the epoch after which what is not answered yet stays `null`. */
  readonly deadline?: number;
  /** Ends the question early; what is not answered yet stays `null`. */
  readonly signal?: AbortSignal;
}

/** Limits of one question about pairs, and what is already thought of them. */
export interface ConfirmOptions extends AskOptions {
  /** Per pair, whether the rules think that Envoy takes it; makes the question faster, never different. */
  readonly expected?: readonly boolean[];
}

/**
 * Asks the Envoy binary of this host what it can load. It has the last word (design.md, promise 3).
 *
 * - An answer is Envoy's own, about this very material; anything less is `null`, and {@linkcode lastError} says why.
 * - Keys reach Envoy through a pipe. They are in no file, no argument and no environment.
 * - No question outlives its deadline, its signal or its timeout, and no Envoy outlives its question.
 *
 * Two ways of asking, with equal answers. `--mode validate` over one listener with a chain per pair is the fastest for
 * good pairs, but the first bad one ends it without being named. A discovery file with one listener per pair names each
 * bad one in a single run, at three times the cost per pair; it is for the pairs expected to be bad and for batches
 * that validation has refused. A pair that breaks the second way is validated alone.
 */
export class EnvoyOracle {
  #path: string;
  #timeoutMs: number;
  #concurrency: number;
  #slots: Slots;
  #lastError: string | null = null;
  #good: Promise<PairBytes> | null = null;
  #version: { stamp: string; text: string } | null = null;

  constructor(options: OracleOptions) {
    this.#path = options.envoyPath;
    this.#timeoutMs = options.timeoutMs ?? 10_000;
    this.#concurrency = options.concurrency ?? 2;
    this.#slots = new Slots(this.#concurrency);
  }

  /** Why the last question had a `null` among its answers; `null` if it had none. */
  get lastError(): string | null {
    return this.#lastError;
  }

  /**
   * Asks about pairs.
   *
   * @param pairs Each is judged on its own, as if it were the only one.
   * @returns One answer per pair in the same order; `null` where Envoy could not be asked.
   */
  confirm(pairs: readonly PairBytes[], options: ConfirmOptions = {}): Promise<(EnvoyAnswer | null)[]> {
    return this.#ask(pairs.map(pairTls), options);
  }

  /**
   * Asks about trust bundles (PEM text), as the issuers that clients' certificates are checked against.
   *
   * @returns One answer per bundle in the same order; `null` where Envoy could not be asked.
   */
  async confirmTrust(
    bundles: readonly Uint8Array[],
    options: AskOptions = {},
  ): Promise<(EnvoyAnswer | null)[]> {
    const good = await (this.#good ??= makeGood());
    // The pair beside the bundle is only innocent if Envoy takes it.
    const [control, ...answers] = await this.#ask(
      [pairTls(good), ...bundles.map((bundle) => trustTls(bundle, good))],
      options,
    );
    if (control?.accepted === true) return answers;
    if (control) {
      this.#lastError = `Cannot ask "${this.#path}" about trust: it refuses a sound pair: ${control.message}`;
    }
    return bundles.map(() => null);
  }

  /**
   * The build of the binary, e.g. `9e55…f23/1.40.0/Clean/RELEASE/BoringSSL`; asked again when the file has changed.
   *
   * @returns `null` if it does not say so as Envoy does.
   */
  async version(): Promise<string | null> {
    try {
      const file = await Deno.stat(this.#path);
      const stamp = `${file.ino} ${file.size} ${file.mtime?.getTime()}`;
      if (this.#version?.stamp === stamp) return this.#version.text;
      const timeoutMs = Math.min(VERSION_TIMEOUT, this.#timeoutMs);
      const run = await runProgram(this.#path, ["--version"], { timeoutMs });
      const text = /version:\s*(\S+)/.exec(run.stdout)?.[1] ?? null;
      this.#version = text === null ? null : { stamp, text };
      return text;
    } catch {
      return null;
    }
  }

  async #ask(settings: readonly TlsJson[], options: ConfirmOptions): Promise<(EnvoyAnswer | null)[]> {
    const stop = new AbortController();
    const onAbort = () => stop.abort();
    if (options.signal?.aborted) onAbort();
    options.signal?.addEventListener("abort", onAbort, { once: true });
    const left = Math.max(0, (options.deadline ?? Infinity) - Date.now());
    const timer = setTimeout(onAbort, Math.min(left, LONGEST_TIMER));
    const question: Question = {
      settings,
      answers: settings.map(() => null),
      signal: stop.signal,
      error: null,
    };
    try {
      const all = settings.map((_, at) => at);
      const good = all.length <= FEW ? [] : all.filter((at) => options.expected?.[at] ?? true);
      await Promise.all(this.#split(settings, good, BATCH).map((batch) => this.#take(question, batch)));
      const rest = all.filter((at) => question.answers[at] === null);
      await Promise.all(this.#split(settings, rest, CHUNK).map((chunk) => this.#name(question, chunk)));
    } finally {
      clearTimeout(timer);
      options.signal?.removeEventListener("abort", onAbort);
    }
    this.#lastError = question.answers.includes(null)
      ? question.error ?? "Cannot ask Envoy: no time left"
      : null;
    return question.answers;
  }

  /** Validates a batch as one; a batch that Envoy does not take stays open. */
  async #take(question: Question, batch: readonly number[]): Promise<void> {
    const run = await this.#validate(question, oneListener(batch.map((at) => question.settings[at])));
    if (isTaken(run)) batch.forEach((at) => question.answers[at] = { accepted: true });
  }

  /** Answers a chunk by one discovery run; where that breaks, by validating its members one by one. */
  async #name(question: Question, chunk: readonly number[]): Promise<void> {
    const args = ["--config-yaml", DISCOVERY_BOOTSTRAP, ...ALONE, ...LOG];
    const file = listenersFile(chunk.map((at) => question.settings[at]));
    const run = await this.#run(question, args, file, isLastLine);
    const read = run.error === "" ? readDiscoveryLog(run.lines, chunk.length) : null;
    if (read) return chunk.forEach((at, i) => question.answers[at] = read[i]);
    // What cannot start or hangs with many would do so again with each.
    if (run.error !== "") return;
    const empty = await this.#validate(question, EMPTY_BOOTSTRAP);
    if (!isTaken(empty)) {
      const said = readRefusal(empty.lines) ?? empty.lines.at(-1) ?? `exit code ${empty.code}`;
      question.error ??= `Cannot ask "${this.#path}": it does not take a sound configuration: ${said}`;
      return;
    }
    await Promise.all(chunk.map(async (at) => {
      question.answers[at] = await this.#validateAlone(question, question.settings[at]);
    }));
  }

  async #validateAlone(question: Question, setting: TlsJson): Promise<EnvoyAnswer | null> {
    const run = await this.#validate(question, oneListener([setting]));
    if (isTaken(run)) return { accepted: true };
    const message = run.error === "" ? readRefusal(run.lines) : null;
    if (message !== null) return { accepted: false, message };
    question.error ??= `Cannot ask "${this.#path}": exit code ${run.code} without an answer`;
    return null;
  }

  #validate(question: Question, bootstrap: Uint8Array<ArrayBuffer>): Promise<Run> {
    return this.#run(question, ["--mode", "validate", "-c", STDIN_PATH, ...ALONE, ...LOG], bootstrap);
  }

  async #run(
    question: Question,
    args: readonly string[],
    stdin: Uint8Array<ArrayBuffer>,
    until?: (line: string) => boolean,
  ): Promise<Run> {
    const options = { stdin, timeoutMs: this.#timeoutMs, signal: question.signal, until };
    const run = await this.#slots.use(() => runProgram(this.#path, args, options));
    if (run.error !== "") question.error ??= run.error;
    return run;
  }

  /** Cuts into runs of at most `most` members and {@linkcode MOST_BYTES}, as many as keep every slot busy. */
  #split(settings: readonly TlsJson[], members: number[], most: number): number[][] {
    const share = Math.max(WORTH_A_PROCESS, Math.ceil(members.length / this.#concurrency));
    const size = Math.min(most, share);
    const runs: number[][] = [];
    let bytes = Infinity;
    for (const at of members) {
      if (bytes + settings[at].length > MOST_BYTES || runs.at(-1)!.length >= size) {
        runs.push([]);
        bytes = 0;
      }
      runs.at(-1)!.push(at);
      bytes += settings[at].length;
    }
    return runs;
  }
}

/** Exit code alone would believe any program that ends well. */
function isTaken(run: Run): boolean {
  return run.end === "exit" && run.code === 0 && run.stdout.includes(`configuration '${STDIN_PATH}' OK`);
}

async function makeGood(): Promise<PairBytes> {
  // Only trust bundles need it, and what makes certificates is slow to load.
  const { makeSelfSigned } = await import("../pki/mod.ts");
  return await makeSelfSigned({ commonName: "certgate", now: Date.now(), days: 1 });
}
