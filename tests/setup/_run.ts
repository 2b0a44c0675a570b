/** How a command of the set-up ended: `null` for good, else one line that says what went wrong. */
export interface RunOptions {
  readonly cwd?: string;
  readonly env?: Record<string, string>;
  /** Seconds after which it is ended. */
  readonly limit: number;
  /** Called every 15 s with the seconds gone by, so that a long build does not look like a hang. */
  readonly tick?: (seconds: number) => void;
}

const TICK_MS = 15_000;

/** Runs a command to its end. Returns `null` if it succeeded, else a sentence with its last words. Never throws. */
export async function run(
  command: string,
  args: readonly string[],
  options: RunOptions,
): Promise<string | null> {
  const started = Date.now();
  let child: Deno.ChildProcess;
  try {
    child = new Deno.Command(command, {
      args: [...args],
      cwd: options.cwd,
      env: options.env,
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
  } catch (error) {
    return error instanceof Deno.errors.NotFound ? `${command} is not installed` : `${command}: ${error}`;
  }
  let late = false;
  const limit = setTimeout(() => {
    late = true;
    try {
      child.kill("SIGKILL");
    } catch {
      // It has just ended by itself.
    }
  }, options.limit * 1000);
  const tick = setInterval(() => options.tick?.(Math.round((Date.now() - started) / 1000)), TICK_MS);
  try {
    const { success, stdout, stderr } = await child.output();
    if (late) return `${command} was ended after ${options.limit} s`;
    return success ? null : lastWords(stderr) || lastWords(stdout) || `${command} failed without a word`;
  } finally {
    clearTimeout(limit);
    clearInterval(tick);
  }
}

function lastWords(bytes: Uint8Array): string {
  const lines = new TextDecoder().decode(bytes).split("\n").map((line) => line.trim()).filter((line) =>
    line !== ""
  );
  const error = lines.findLast((line) => /error/i.test(line));
  return (error ?? lines.at(-1) ?? "").slice(0, 300);
}
