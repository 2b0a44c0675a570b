import { join } from "node:path";
import { writeAtomic } from "../host/mod.ts";
import type { Log } from "../model/mod.ts";
import type { Metrics } from "./metrics.ts";
import { formatVerdicts, type KnownVerdict, parseVerdicts } from "./verdict_file.ts";

/** The verdict file of a state directory. */
export interface VerdictKeeper {
  /** What the file held at the start. */
  readonly known: ReadonlyMap<string, KnownVerdict>;
  /** Writes soon; calls while a write is under way become one more write. */
  keep(entries: () => Iterable<readonly [string, KnownVerdict]>): void;
  /** Resolves when nothing is left to write. */
  settled(): Promise<void>;
}

const FILE = "verdicts.json";

/**
 * Opens the verdict file. A damaged one is set aside under another name and everything is judged anew: the file saves
 * time and decides nothing.
 *
 * @param stateDir The state directory, which exists.
 * @param rules Version of the rules; what other rules wrote is not believed.
 */
export async function openVerdictKeeper(
  stateDir: string,
  rules: string,
  log: Log,
  metrics: Metrics,
): Promise<VerdictKeeper> {
  const path = join(stateDir, FILE);
  let writing: Promise<void> | null = null;
  let next: (() => Iterable<readonly [string, KnownVerdict]>) | null = null;
  const write = async () => {
    while (next) {
      const entries = next;
      next = null;
      try {
        await writeAtomic(path, formatVerdicts(entries(), rules), 0o600);
      } catch (error) {
        metrics.add("certgate_verdict_cache_write_errors_total");
        log.warn("verdicts could not be kept, they will be made again after a restart", { path, error });
      }
    }
    writing = null;
  };
  return {
    known: await read(path, rules, log),
    keep(entries) {
      next = entries;
      writing ??= write();
    },
    settled: () => writing ?? Promise.resolve(),
  };
}

async function read(path: string, rules: string, log: Log): Promise<Map<string, KnownVerdict>> {
  try {
    const known = parseVerdicts(await Deno.readTextFile(path), rules);
    if (known) return known;
    await Deno.rename(path, `${path}.damaged`);
    log.warn("the verdict file is damaged, it is set aside and made again", { path });
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) {
      log.warn("the verdict file cannot be read", { path, error });
    }
  }
  return new Map();
}
