import pc from "picocolors";

/** Where a command writes. The real one is the terminal; tests collect. */
export interface Terminal {
  out(text: string): void;
  err(text: string): void;
  /** Whether a person watches standard error, so that progress is worth showing. */
  readonly watched: boolean;
  /** Whether standard output is a screen that can be drawn upon again. */
  readonly screen: boolean;
}

const encoder = new TextEncoder();

function writeAll(stream: { writeSync(bytes: Uint8Array): number }, text: string): void {
  const bytes = encoder.encode(text);
  try {
    for (let sent = 0; sent < bytes.length;) sent += stream.writeSync(bytes.subarray(sent));
  } catch (error) {
    // Whoever reads has seen enough, e.g. head.
    if (!(error instanceof Deno.errors.BrokenPipe)) throw error;
  }
}

/** The terminal of this process. */
export const terminal: Terminal = {
  out: (text) => writeAll(Deno.stdout, text),
  err: (text) => writeAll(Deno.stderr, text),
  watched: Deno.stderr.isTerminal(),
  screen: Deno.stdout.isTerminal(),
};

/**
 * An error line and, where there is something to do about it, a hint line.
 *
 * @param message What went wrong: capital, no full stop.
 * @param hint What to do; empty if there is nothing to say.
 */
export function errorLines(message: string, hint = ""): string {
  return `${pc.red("error")}: ${message}\n${hint ? `${pc.cyan("hint")}: ${hint}\n` : ""}`;
}
