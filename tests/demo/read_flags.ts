/** What the demo was asked for. */
export interface Flags {
  readonly once: boolean;
  /** Hosts with a good certificate. */
  readonly hosts: number;
}

const USAGE = "Usage: deno task demo [--once] [--hosts N]";

/** Reads the demo's arguments; a wrong one is an error with the words to print. */
export function readFlags(args: readonly string[]): Flags | { error: string } {
  const flags = { once: false, hosts: 40 };
  const rest = args.flatMap((argument) =>
    argument.startsWith("--hosts=") ? ["--hosts", argument.slice(8)] : [argument]
  );
  for (let at = 0; at < rest.length; at++) {
    if (rest[at] === "--once") flags.once = true;
    else if (rest[at] === "--hosts") {
      const text = rest[++at] ?? "";
      flags.hosts = Number(text);
      // Beyond some hundreds the demo shows nothing new and makes certificates for minutes.
      if (!/^\d+$/.test(text) || flags.hosts < 1 || flags.hosts > 500) {
        return {
          error: `Cannot start the demo: --hosts needs a number from 1 to 500, not "${text}"\n${USAGE}`,
        };
      }
    } else return { error: `Cannot start the demo: unknown argument "${rest[at]}"\n${USAGE}` };
  }
  return flags;
}
