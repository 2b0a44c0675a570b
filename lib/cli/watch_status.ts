import { EXIT, type ExitCode } from "./exit_code.ts";
import type { StatusView } from "./status.ts";
import type { Terminal } from "./terminal.ts";

// Often enough for a person who waits, seldom enough not to be felt by the agent.
const INTERVAL = 2000;

/**
 * Shows a status again whenever it has changed, until the operator ends it with Ctrl-C. On a screen the new one stands
 * in the place of the old; without one, e.g. into a file, each is printed behind the other.
 *
 * @param look Asks once.
 * @param stop Ends it, for tests; default are SIGINT and SIGTERM.
 * @returns 0; not being able to ask is something that is shown, not an end.
 */
export async function watchStatus(
  look: () => Promise<StatusView>,
  terminal: Terminal,
  stop: AbortSignal | null = null,
): Promise<ExitCode> {
  const ended = Promise.withResolvers<void>();
  const end = () => ended.resolve();
  if (stop) stop.addEventListener("abort", end, { once: true });
  else for (const signal of SIGNALS) Deno.addSignalListener(signal, end);
  try {
    let shown = "";
    while (stop?.aborted !== true) {
      // Nobody who wants to go waits for an answer.
      const view = await Promise.race([look(), ended.promise]);
      if (!view) break;
      const { out, err } = view;
      const text = withoutTime(`${err}${out}`);
      if (text !== shown) {
        shown = text;
        if (terminal.screen) terminal.out(CLEAR);
        terminal.err(err);
        terminal.out(out);
      }
      if (await Promise.race([ended.promise.then(() => true), pause(ended.promise)])) break;
    }
    return EXIT.ok;
  } finally {
    if (!stop) { for (const signal of SIGNALS) Deno.removeSignalListener(signal, end); }
  }
}

const SIGNALS = ["SIGINT", "SIGTERM"] as const;

// To the corner, then everything below away; what has scrolled off the screen stays readable.
const CLEAR = "\x1b[H\x1b[2J";

// When a status was put together is no change of it.
function withoutTime(text: string): string {
  return text.replace(/^ *"?time"?: .*$/gm, "");
}

function pause(ended: Promise<void>): Promise<false> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve(false), INTERVAL);
    ended.then(() => clearTimeout(timer));
  });
}
