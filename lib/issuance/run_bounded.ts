import { KILL, wordsOf } from "../host/mod.ts";
import { keepEnds, keepFirst, lineOf } from "./keep_output.ts";

/** How a run ended. */
export interface BoundedRun {
  /** `exit` by itself, `stopped` by the time or a signal, `tooMuch` because of its output, `failed` to start. */
  readonly end: "exit" | "stopped" | "tooMuch" | "failed";
  /** Exit code, -1 where there is none. A program that was ended by a signal has 128 and its number. */
  readonly code: number;
  readonly stdout: Uint8Array;
  /** First and last line of what it said on standard error that is not blank; what is in between is not kept. */
  readonly firstLine: string;
  readonly lastLine: string;
  /** Why it did not start; empty otherwise. */
  readonly error: string;
}

/** What a run is given. */
export interface BoundedOptions {
  /** Bytes for its standard input. */
  readonly stdin: Uint8Array;
  /** All of its environment. */
  readonly env: Readonly<Record<string, string>>;
  /** Milliseconds after which it is killed, it and whatever it has started. */
  readonly timeoutMs: number;
  /** Kills it. */
  readonly signal: AbortSignal;
  /** Bytes of standard output after which it is killed. */
  readonly most: number;
}

/** After its end the pipes of a program are read for so many milliseconds: another program may hold them. */
const GRACE = 1000;

/**
 * Runs a program of the operator in a process group of its own. When the promise resolves it is dead, and so is what it has
 * started, unless that has ended its use of the pipes or left the group. Never rejects.
 *
 * @param command Absolute path and arguments; everybody on the host can read them.
 */
export async function runBounded(command: readonly string[], options: BoundedOptions): Promise<BoundedRun> {
  const nothing = { code: -1, stdout: new Uint8Array(), firstLine: "", lastLine: "", error: "" };
  if (options.signal.aborted) return { ...nothing, end: "stopped" };
  let child: Deno.ChildProcess;
  try {
    child = start(command, options.env);
  } catch (error) {
    return { ...nothing, end: "failed", error: wordsOf(error) };
  }
  const output = keepFirst(child.stdout, options.most);
  const words = keepEnds(child.stderr);
  let end: BoundedRun["end"] = "exit";
  let killed: Promise<void> | null = null;
  const stopped = Promise.withResolvers<void>();
  const stop = (as: BoundedRun["end"]) => {
    if (end === "exit") end = as;
    killed ??= kill(child).then(stopped.resolve);
    output.cancel();
    words.cancel();
  };
  const onAbort = () => stop("stopped");
  const timer = setTimeout(onAbort, options.timeoutMs);
  options.signal.addEventListener("abort", onAbort, { once: true });
  output.tooMuch.then(() => stop("tooMuch"));
  const fed = feed(child.stdin, options.stdin);
  const code = await Promise.race([child.status.then((status) => status.code), stopped.promise]);
  clearTimeout(timer);
  const grace = setTimeout(() => stop(end), GRACE);
  const [stdout, { first, last }] = await Promise.all([output.done, words.done, fed]);
  clearTimeout(grace);
  options.signal.removeEventListener("abort", onAbort);
  await killed;
  return {
    end,
    code: end === "exit" ? code ?? -1 : -1,
    stdout,
    firstLine: lineOf(first, 0),
    lastLine: lineOf(last, -1),
    error: "",
  };
}

function start([program, ...args]: readonly string[], env: BoundedOptions["env"]): Deno.ChildProcess {
  return new Deno.Command(program, {
    args,
    env: { ...env },
    clearEnv: true,
    detached: true,
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
}

/** By kill(1): the runtime's own way to a group would need the permission to run every program. */
async function kill(child: Deno.ChildProcess): Promise<void> {
  try {
    const args = ["-KILL", "--", `-${child.pid}`];
    await new Deno.Command(KILL, { args, stdout: "null", stderr: "null" }).output();
  } catch {
    // Without it only the program itself can be killed.
  }
  try {
    child.kill("SIGKILL");
  } catch {
    // It has ended.
  }
  // One that cannot be killed (it has become another user, or waits for a disk) is not waited for.
  const { promise, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, GRACE);
  await Promise.race([child.status, promise]);
  clearTimeout(timer);
}

async function feed(stream: WritableStream<Uint8Array>, bytes: Uint8Array): Promise<void> {
  const writer = stream.getWriter();
  try {
    await writer.write(bytes);
    await writer.close();
  } catch {
    // A program that ends without reading everything is judged by its exit and its words.
    await writer.abort().catch(() => {});
  }
}
