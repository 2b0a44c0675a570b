import { TextLineStream } from "../fakes/text_lines.ts";

const MAIN = new URL("../../main.ts", import.meta.url).pathname;

/** A running `certgate`, with its log. */
export interface Program {
  readonly pid: number;
  /** Waits for the first log line with this sentence from now on. Rejects if the program ends first. */
  line(sentence: string): Promise<Record<string, unknown>>;
  signal(signal: Deno.Signal): void;
  /** The exit code, and all of standard error. */
  end(): Promise<{ code: number; stderr: string }>;
}

/** Starts certgate as an operator would from a checkout. */
export function start(...args: string[]): Program {
  return startWith({}, ...args);
}

/**
 * Starts a program with more in its environment than this process has. Test files that run side by side share one
 * process, so that of the process itself is never touched.
 */
export function startWith(variables: Readonly<Record<string, string>>, ...args: string[]): Program {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", MAIN, ...args],
    stdout: "null",
    stderr: "piped",
    env: { NO_COLOR: "1", ...variables },
  }).spawn();
  const lines = child.stderr.pipeThrough(new TextDecoderStream()).pipeThrough(new TextLineStream())
    .getReader();
  const read: string[] = [];
  const next = async () => {
    const { value, done } = await lines.read();
    if (!done) read.push(value);
    return done ? undefined : value;
  };
  return {
    pid: child.pid,
    async line(sentence) {
      for (let text = await next(); text !== undefined; text = await next()) {
        if (text.includes(`"msg":${JSON.stringify(sentence)}`)) return JSON.parse(text);
      }
      throw new Error(`The program ended without saying "${sentence}":\n${read.join("\n")}`);
    },
    signal: (signal) => child.kill(signal),
    async end() {
      while (await next() !== undefined);
      return { code: (await child.status).code, stderr: read.join("\n") };
    },
  };
}
