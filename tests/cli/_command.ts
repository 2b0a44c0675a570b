import { TextLineStream } from "../fakes/text_lines.ts";

const MAIN = new URL("../../main.ts", import.meta.url).pathname;

/** A command that has been started, as an operator would from a checkout. */
export interface Command {
  /** Waits for the first line of standard output that matches from now on. Rejects if the command ends first. */
  line(pattern: RegExp): Promise<string>;
  signal(signal: Deno.Signal): void;
  /** The exit code, and everything that was written. */
  end(): Promise<{ code: number; stdout: string; stderr: string }>;
}

/** Starts a command whose output is no terminal. */
export function startCommand(...args: string[]): Command {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", MAIN, ...args],
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
    env: { NO_COLOR: "1" },
  }).spawn();
  const stderr = new Response(child.stderr).text();
  const lines = child.stdout.pipeThrough(new TextDecoderStream()).pipeThrough(new TextLineStream())
    .getReader();
  const read: string[] = [];
  const next = async () => {
    const { value, done } = await lines.read();
    if (!done) read.push(value);
    return done ? undefined : value;
  };
  return {
    async line(pattern) {
      for (let text = await next(); text !== undefined; text = await next()) {
        if (pattern.test(text)) return text;
      }
      throw new Error(`The command ended without ${pattern}:\n${read.join("\n")}\n${await stderr}`);
    },
    signal: (signal) => child.kill(signal),
    async end() {
      while (await next() !== undefined);
      return { code: (await child.status).code, stdout: read.join("\n"), stderr: await stderr };
    },
  };
}

/** Runs a command to its end. */
export function command(...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  return startCommand(...args).end();
}
