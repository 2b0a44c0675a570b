/** What the demo was asked for. */
export interface Flags {
  readonly once: boolean;
  /** An Envoy without Envoy Gateway, which asks certgate itself for certificates. */
  readonly plain: boolean;
  /** Hosts with a good certificate. */
  readonly hosts: number;
}

const USAGE = "Usage: deno task demo [--once] [--plain] [--hosts N]";

// One is renewed, one is broken, and one is left alone.
const FEWEST_PLAIN = 3;

/** Reads the demo's arguments; a wrong one is an error with the words to print. */
export function readFlags(args: readonly string[]): Flags | { error: string } {
  const plain = args.includes("--plain");
  const fewest = plain ? FEWEST_PLAIN : 1;
  const flags = { once: false, plain, hosts: plain ? FEWEST_PLAIN : 40 };
  const rest = args.flatMap((argument) =>
    argument.startsWith("--hosts=") ? ["--hosts", argument.slice(8)] : [argument]
  );
  for (let at = 0; at < rest.length; at++) {
    if (rest[at] === "--plain") continue;
    if (rest[at] === "--once") flags.once = true;
    else if (rest[at] === "--hosts") {
      const text = rest[++at] ?? "";
      flags.hosts = Number(text);
      // Beyond some hundreds the demo shows nothing new and makes certificates for minutes.
      if (!/^\d+$/.test(text) || flags.hosts < fewest || flags.hosts > 500) {
        return {
          error:
            `Cannot start the demo: --hosts needs a number from ${fewest} to 500, not "${text}"\n${USAGE}`,
        };
      }
    } else return { error: `Cannot start the demo: unknown argument "${rest[at]}"\n${USAGE}` };
  }
  return flags;
}
