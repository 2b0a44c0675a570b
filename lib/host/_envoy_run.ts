import { wordsOf } from "./permitted.ts";

/** How one run of a program ended. */
export interface Run {
  /** `exit` by itself, `line` because the awaited line came, `stopped` by time or signal, `failed` to start. */
  readonly end: "exit" | "line" | "stopped" | "failed";
  /** Exit code; -1 where the program did not exit by itself. */
  readonly code: number;
  readonly stdout: string;
  /** What it said on standard error, line by line, without line ends. */
  readonly lines: readonly string[];
  /** Why there is nothing to believe; empty at `exit` and `line`. */
  readonly error: string;
}

/** What a run is given besides its arguments. */
export interface RunOptions {
  /** Bytes for its standard input, a pipe. */
  readonly stdin?: Uint8Array;
  /** Milliseconds after which it is killed. */
  readonly timeoutMs: number;
  /** Kills it. */
  readonly signal?: AbortSignal;
  /** Variables beside those of this process. */
  readonly env?: Readonly<Record<string, string>>;
  /** The first line on standard error for which this is true ends the run: everything wanted has been said. */
  readonly until?: (line: string) => boolean;
}

/** Envoy says one line per refused pair; whatever passes this is a program gone wild, not an answer. */
const MOST_OUTPUT_BYTES = 16 * 1024 * 1024;

/**
 * Runs a program to its end and never longer than allowed; it is dead when the promise resolves. Never rejects.
 *
 * @param path Absolute path of the program.
 * @param args Arguments; anybody on the host can read them, so nothing secret goes here.
 * @param options Input, limits and the line that ends the run.
 */
export async function runProgram(path: string, args: readonly string[], options: RunOptions): Promise<Run> {
  const nothing = { code: -1, stdout: "", lines: [] };
  if (options.signal?.aborted) {
    return { ...nothing, end: "stopped", error: `Cannot run "${path}": no time left` };
  }
  let child: Deno.ChildProcess;
  try {
    child = new Deno.Command(path, {
      args: [...args],
      env: { ...options.env },
      stdin: "piped",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
  } catch (error) {
    return { ...nothing, end: "failed", error: `Cannot run "${path}": ${wordsOf(error)}` };
  }
  const input = child.stdin.getWriter();
  const output = [child.stdout.getReader(), child.stderr.getReader()];
  let end: Run["end"] = "exit";
  let why = "";
  const kill = (as: Run["end"], reason: string) => {
    if (end !== "exit") return;
    end = as;
    why = reason;
    try {
      child.kill("SIGKILL");
    } catch {
      // It has just ended by itself.
    }
    // A child of its own may outlive it and hold the other ends.
    for (const reader of output) reader.cancel().catch(() => {});
    input.abort().catch(() => {});
  };
  const stop = () => kill("stopped", `Cannot wait for "${path}": no time left`);
  const timer = setTimeout(
    () => kill("stopped", `Cannot wait for "${path}": no answer in ${options.timeoutMs} ms`),
    options.timeoutMs,
  );
  options.signal?.addEventListener("abort", stop, { once: true });
  try {
    const tooMuch = () =>
      kill("stopped", `Cannot use what "${path}" says: more than ${MOST_OUTPUT_BYTES} bytes`);
    const words: string[] = [];
    const lines: string[] = [];
    const onLine = (line: string) => {
      lines.push(line);
      if (options.until?.(line)) kill("line", "");
    };
    const [status] = await Promise.all([
      child.status,
      readLines(output[0], (line) => words.push(line), tooMuch),
      readLines(output[1], onLine, tooMuch),
      writeAll(input, options.stdin ?? new Uint8Array()),
    ]);
    const ending = end as Run["end"];
    const code = ending === "exit" ? status.code : -1;
    return { end: ending, code, stdout: words.join("\n"), lines, error: why };
  } finally {
    clearTimeout(timer);
    options.signal?.removeEventListener("abort", stop);
  }
}

async function writeAll(writer: WritableStreamDefaultWriter<Uint8Array>, bytes: Uint8Array): Promise<void> {
  try {
    await writer.write(bytes);
    await writer.close();
  } catch {
    // A program that ends without reading everything is judged by its exit and its words.
    await writer.abort().catch(() => {});
  }
}

async function readLines(
  reader: ReadableStreamDefaultReader<Uint8Array>,
  onLine: (line: string) => void,
  tooMuch: () => void,
): Promise<void> {
  const decoder = new TextDecoder();
  let rest = "";
  let seen = 0;
  for (let next = await reader.read(); !next.done; next = await reader.read()) {
    seen += next.value.byteLength;
    if (seen > MOST_OUTPUT_BYTES) return tooMuch();
    const pieces = (rest + decoder.decode(next.value, { stream: true })).split("\n");
    rest = pieces.pop()!;
    pieces.forEach(onLine);
  }
  if (rest !== "") onLine(rest);
}
