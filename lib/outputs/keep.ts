import { createHash } from "node:crypto";
import { join } from "node:path";
import { ensurePrivateDirectory, removeLeftovers, writeAtomic } from "../host/mod.ts";
import type { Log } from "../model/mod.ts";

/** Small things that survive a restart, each in a file of its own that only its owner can read. */
export interface Keep {
  /** What was there at opening; given away once and then forgotten, so that it is not in memory twice. */
  entries(): ReadonlyMap<string, Uint8Array>;
  /** Writes soon, in place of what was put under the key before. */
  put(key: string, bytes: Uint8Array): void;
  /** Forgets soon. */
  remove(key: string): void;
  /** Resolves when nothing is left to do. */
  settled(): Promise<void>;
}

// Disks are slow at fsync and few at once do not help: with more, a first start would keep every other write waiting.
const WRITERS = 4;
const SUFFIX = ".keep";
const MARK = "certgate keep 1";

/**
 * Opens a directory with one file per key.
 *
 * - File names are a hash of the key, since keys may have anything in them. The key stands in the file, with a digest.
 * - Each file is replaced in one step. What is damaged all the same is set aside under another name, with a warning.
 * - Nobody waits: `put` and `remove` return at once. Where the disk refuses, a warning says that the key will not survive
 *   a restart; the next change of that key tries again.
 *
 * @param directory Absolute path; made, 0700, if it is not there.
 */
export async function openKeep(directory: string, log: Log): Promise<Keep> {
  const problem = await ensurePrivateDirectory(directory);
  if (problem !== undefined) log.warn("what should survive a restart cannot be kept", { problem });
  let found = new Map<string, Uint8Array>();
  try {
    if (problem === undefined) {
      await removeLeftovers(directory);
      found = await readAll(directory, log);
    }
  } catch (error) {
    log.warn("what was kept cannot be read", { directory, error });
  }
  const writer = new Writer(directory, log);
  return {
    entries() {
      const given = found;
      found = new Map();
      return given;
    },
    put: (key, bytes) => writer.want(key, bytes),
    remove: (key) => writer.want(key, null),
    settled: () => writer.settled(),
  };
}

/** Makes files what they should be; of several wishes for one key that have not begun only the latest counts. */
class Writer {
  readonly #directory: string;
  readonly #log: Log;
  readonly #wanted = new Map<string, Uint8Array | null>();
  readonly #busy = new Set<string>();
  #waiting: (() => void)[] = [];

  constructor(directory: string, log: Log) {
    this.#directory = directory;
    this.#log = log;
  }

  want(key: string, bytes: Uint8Array | null): void {
    this.#wanted.set(key, bytes);
    this.#next();
  }

  settled(): Promise<void> {
    if (this.#wanted.size === 0 && this.#busy.size === 0) return Promise.resolve();
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  #next(): void {
    for (const [key, bytes] of this.#wanted) {
      if (this.#busy.size >= WRITERS) return;
      // Two writes of one file could end in the wrong order.
      if (this.#busy.has(key)) continue;
      this.#wanted.delete(key);
      this.#busy.add(key);
      void this.#write(key, bytes).finally(() => {
        this.#busy.delete(key);
        this.#next();
      });
    }
    if (this.#wanted.size > 0 || this.#busy.size > 0) return;
    for (const resolve of this.#waiting.splice(0)) resolve();
  }

  async #write(key: string, bytes: Uint8Array | null): Promise<void> {
    const path = join(this.#directory, nameOf(key));
    try {
      if (bytes !== null) await writeAtomic(path, format(key, bytes), 0o600);
      else await Deno.remove(path).catch(ignoreAbsent);
    } catch (error) {
      this.#log.warn("a file that should survive a restart could not be written", { key, path, error });
    }
  }
}

function ignoreAbsent(error: unknown): void {
  if (!(error instanceof Deno.errors.NotFound)) throw error;
}

const sha256 = (data: string | Uint8Array): string => createHash("sha256").update(data).digest("hex");

/** 128 bits tell every key apart. */
const nameOf = (key: string): string => `${sha256(key).slice(0, 32)}${SUFFIX}`;

/** A line with the format, the digest of the bytes and the key, then the bytes. */
function format(key: string, bytes: Uint8Array): Uint8Array {
  const head = new TextEncoder().encode(`${MARK} ${sha256(bytes)} ${JSON.stringify(key)}\n`);
  const whole = new Uint8Array(head.length + bytes.length);
  whole.set(head);
  whole.set(bytes, head.length);
  return whole;
}

function parse(whole: Uint8Array): { key: string; bytes: Uint8Array } | null {
  const end = whole.indexOf(0x0a);
  const [, digest, text] = new TextDecoder().decode(whole.subarray(0, Math.max(end, 0)))
    .match(`^${MARK} ([0-9a-f]{64}) (".*")$`) ?? [];
  const bytes = whole.slice(end + 1);
  if (digest === undefined || sha256(bytes) !== digest) return null;
  try {
    return { key: JSON.parse(text), bytes };
  } catch {
    return null;
  }
}

async function readAll(directory: string, log: Log): Promise<Map<string, Uint8Array>> {
  const found = new Map<string, Uint8Array>();
  for await (const { name, isFile } of Deno.readDir(directory)) {
    if (!isFile || !name.endsWith(SUFFIX)) continue;
    const path = join(directory, name);
    try {
      const entry = parse(await Deno.readFile(path));
      if (entry !== null && nameOf(entry.key) === name) found.set(entry.key, entry.bytes);
      else {
        await Deno.rename(path, `${path}.damaged`);
        log.warn("a file in the state directory is damaged, it is set aside", { path });
      }
    } catch (error) {
      log.warn("a file in the state directory cannot be read", { path, error });
    }
  }
  return found;
}
