import { createHash } from "node:crypto";
import { join } from "node:path";
import { ensurePrivateDirectory, removeLeftovers, writeAtomic } from "../host/mod.ts";
import type { Log, ObjectKey } from "../model/mod.ts";
import { type FaultPoint, flushDirectory } from "./fault_point.ts";
import { type PairRecord, pairRecord } from "./pair_record.ts";

/** What is remembered of every pair, each in a file of its own that only its owner can read: there are keys in it. */
export interface Book {
  /** What was there at opening. */
  entries(): ReadonlyMap<ObjectKey, PairRecord>;
  /**
   * Replaces the record of a pair in one step; it outlives a loss of power once this resolves.
   *
   * @throws What the file system answers; the record before is then untouched.
   */
  write(record: PairRecord): Promise<void>;
  /** Forgets a pair. Never throws: what is not forgotten is seen again after a restart. */
  remove(key: ObjectKey): Promise<void>;
}

const SUFFIX = ".json";

/**
 * Opens a directory of records. One that is damaged is set aside under another name, with a warning: its pair is then one
 * that nothing is remembered of.
 *
 * @param directory Absolute path; made, 0700, if it is not there.
 */
export async function openBook(directory: string, log: Log, at: FaultPoint = () => {}): Promise<Book> {
  const problem = await ensurePrivateDirectory(directory);
  if (problem !== undefined) log.warn("attempts to issue cannot be remembered", { problem });
  let found = new Map<ObjectKey, PairRecord>();
  try {
    if (problem === undefined) {
      await removeLeftovers(directory);
      found = await readAll(directory, log);
    }
  } catch (error) {
    log.warn("what is remembered of issued pairs cannot be read", { directory, error });
  }
  const latest = new Map<ObjectKey, Promise<void>>();
  const replace = async (record: PairRecord) => {
    await at("before record");
    await writeAtomic(join(directory, nameOf(record.key)), JSON.stringify(record), 0o600);
    await flushDirectory(directory);
    await at("after record");
  };
  return {
    entries: () => found,
    write(record) {
      // Two writes of one file could end in the wrong order.
      const before = latest.get(record.key) ?? Promise.resolve();
      const written = before.catch(() => {}).then(() => replace(record));
      latest.set(record.key, written);
      return written;
    },
    async remove(key) {
      try {
        await at("before forgetting");
        await Deno.remove(join(directory, nameOf(key)));
      } catch (error) {
        if (error instanceof Deno.errors.NotFound) return;
        log.warn("what is remembered of an issued pair cannot be removed", { key, error });
      }
    },
  };
}

/** Namespace and name together may be longer than a file name may be. */
const nameOf = (key: string): string =>
  `${createHash("sha256").update(key).digest("hex").slice(0, 32)}${SUFFIX}`;

async function readAll(directory: string, log: Log): Promise<Map<ObjectKey, PairRecord>> {
  const found = new Map<ObjectKey, PairRecord>();
  for await (const { name, isFile } of Deno.readDir(directory)) {
    if (!isFile || !name.endsWith(SUFFIX)) continue;
    const path = join(directory, name);
    try {
      const record = parse(await Deno.readTextFile(path));
      if (record !== null && nameOf(record.key) === name) found.set(record.key, record);
      else {
        await Deno.rename(path, `${path}.damaged`);
        log.warn("what is remembered of an issued pair is damaged, it is set aside", { path });
      }
    } catch (error) {
      log.warn("what is remembered of an issued pair cannot be read", { path, error });
    }
  }
  return found;
}

function parse(text: string): PairRecord | null {
  try {
    return pairRecord.parse(JSON.parse(text));
  } catch {
    return null;
  }
}
