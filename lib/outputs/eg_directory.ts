import { createHash } from "node:crypto";
import { join, resolve } from "node:path";
import { removeLeftovers, writeAtomic } from "../host/mod.ts";
import type { Log, PublishedObject } from "../model/mod.ts";
import type { Metrics } from "./metrics.ts";
import { FURTHER_FILE, layOut, MAIN_FILE, type PublicationFile } from "./_publication.ts";

/** What came of a publication. */
export interface Published {
  /** Whether a file was written or removed. */
  readonly changed: boolean;
  /** Digest of the publication; the same for the same objects, also after a restart. */
  readonly revision: string;
  /** Why it could not be written; empty if it could. What was there before is then untouched. */
  readonly problem: string;
}

/** The directory that Envoy Gateway reads. */
export interface EgDirectory {
  /** Path of the file with the publication in it. */
  readonly file: string;
  /** Makes the directory say this. Calls are done one after the other. */
  publish(objects: readonly PublishedObject[]): Promise<Published>;
  /** Whether the files that were published are still the ones there; costs a look at each of them and reads none. */
  intact(): Promise<boolean>;
}

/** What is needed beside the directory. */
export interface EgDirectoryParts {
  readonly directory: string;
  readonly log: Log;
  readonly metrics: Metrics;
  /** Milliseconds since the epoch. */
  readonly clock: () => number;
}

/**
 * Opens the directory that Envoy Gateway's file provider watches. It reloads everything at every event and gives the
 * reload up over one bad file, so everything is in one file, `certgate.yaml`, that is replaced in one step.
 *
 * - Never written: the content that is there. Neither a restart nor a second call with the same objects touches the file.
 * - Never half: a reader, or a crash at any moment, sees the publication before or this one.
 * - Put right at the next call: a file that somebody has changed, deleted or opened to others.
 * - Never touched: files of others. They are named in a warning, for Envoy Gateway reads them too.
 * - Envoy Gateway reads one GatewayClass and one EnvoyProxy from a file; further ones get files of their own
 *   (`certgate-2.yaml`, …).
 *
 * Files are 0600 and a directory that has to be made is 0700, since keys are in them: Envoy Gateway has to run as the same
 * user, or as root.
 */
export async function openEgDirectory(parts: EgDirectoryParts): Promise<EgDirectory> {
  // Without a slash at the end, which would follow a link.
  const path = resolve(parts.directory);
  const directory = new Directory({ ...parts, directory: path });
  await directory.open();
  let last: Promise<unknown> = Promise.resolve();
  return {
    file: join(path, MAIN_FILE),
    publish(objects) {
      const next = last.then(() => directory.publish(objects));
      last = next.catch(() => {});
      return next;
    },
    intact: () => directory.intact(),
  };
}

const FILE_MODE = 0o600;
const DIRECTORY_MODE = 0o700;

/** What a file is known to hold, and by what it is seen that nobody has changed it since. */
interface Known {
  /** Of the publication; empty for what an earlier process has written. */
  digest: string;
  readonly content: string;
  readonly signature: string;
}

class Directory {
  readonly #parts: EgDirectoryParts;
  readonly #known = new Map<string, Known>();
  #strangers: ReadonlySet<string> = new Set();

  constructor(parts: EgDirectoryParts) {
    this.#parts = parts;
  }

  async open(): Promise<void> {
    const { directory, metrics, log } = this.#parts;
    try {
      if (((await Deno.stat(directory)).mode! & 0o002) !== 0) {
        log.warn(
          "every user may write into the output directory, and envoy gateway believes what stands there",
          {
            path: directory,
          },
        );
      }
      await removeLeftovers(directory);
      const found = await Deno.lstat(join(directory, MAIN_FILE));
      metrics.set(
        "certgate_gate_last_publish_timestamp_seconds",
        Math.floor((found.mtime?.getTime() ?? 0) / 1000),
      );
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) {
        log.warn("the output directory cannot be read", { error });
      }
    }
  }

  async publish(objects: readonly PublishedObject[]): Promise<Published> {
    const { metrics, clock } = this.#parts;
    const files = layOut(objects);
    const revision = hash(files.map(({ digest }) => digest).join()).slice(0, 16);
    let changed = false, problem = "";
    try {
      problem = await ensureDirectory(this.#parts.directory, this.#parts.log);
      if (problem === "") {
        const surplus = await this.#look(new Set(files.map(({ name }) => name)));
        // Objects move towards the main file when there are fewer files, and away from it when there are more; in this
        // order each of them is in some file all the time.
        for (const file of surplus.length > 0 ? files : files.toReversed()) {
          changed = await this.#put(file) || changed;
        }
        for (const name of surplus) {
          await Deno.remove(join(this.#parts.directory, name));
          this.#known.delete(name);
          changed = true;
        }
      }
    } catch (error) {
      problem = `Cannot write "${join(this.#parts.directory, MAIN_FILE)}": ${systemWords(error)}`;
    }
    metrics.set("certgate_gate_publish_failed", problem === "" ? 0 : 1);
    if (problem !== "") metrics.add("certgate_gate_publish_failures_total");
    else if (changed) {
      metrics.add("certgate_gate_publications_total");
      metrics.set("certgate_gate_last_publish_timestamp_seconds", clock() / 1000);
    }
    return { changed, revision, problem };
  }

  async intact(): Promise<boolean> {
    for (const [name, { signature }] of [...this.#known]) {
      const found = await signatureOf(join(this.#parts.directory, name)).catch(() => null);
      // What was written meanwhile is certgate's own.
      if (found !== signature && this.#known.get(name)?.signature === signature) return false;
    }
    return true;
  }

  /** Writes a file unless it says the same already; returns whether it was written. */
  async #put(file: PublicationFile): Promise<boolean> {
    const path = join(this.#parts.directory, file.name);
    const known = this.#known.get(file.name);
    const signature = await signatureOf(path);
    if (known?.digest === file.digest && known.signature === signature) return false;
    const text = file.text();
    const content = hash(text);
    if (signature !== null && signature.startsWith(WELL) && content === await contentOf(path)) {
      this.#known.set(file.name, { digest: file.digest, content, signature });
      return false;
    }
    if (known !== undefined && known.signature !== signature) {
      this.#parts.log.warn("somebody else has changed a file of certgate, it is put right", { path });
    }
    await writeAtomic(path, text, FILE_MODE);
    this.#known.set(file.name, { digest: file.digest, content, signature: await signatureOf(path) ?? "" });
    return true;
  }

  /** Names files of others, once each; returns those of earlier publications that are not wanted. */
  async #look(wanted: ReadonlySet<string>): Promise<string[]> {
    const { directory, log } = this.#parts;
    const strangers = new Set<string>();
    const surplus: string[] = [];
    for await (const { name, isDirectory } of Deno.readDir(directory)) {
      if (wanted.has(name) || isDirectory || name.startsWith(".")) continue;
      if (FURTHER_FILE.test(name)) {
        surplus.push(name);
        continue;
      }
      strangers.add(name);
      if (this.#strangers.has(name)) continue;
      log.warn("envoy gateway also reads a file that is not certgate's", { path: join(directory, name) });
    }
    this.#strangers = strangers;
    return surplus.sort();
  }
}

/** What the system says; without the name of the temporary file, which is another one at each try. */
function systemWords(error: unknown): string {
  return (error as Error).message.replace(/(\(os error \d+\)).*$/s, "$1");
}

const hash = (text: string): string => createHash("sha256").update(text).digest("hex");

/** In front of the signature of a file that has the mode and the kind that certgate gives it. */
const WELL = "0600 ";

/** By what it is seen that a file is another one, or was written to; `null` if it is not there. */
async function signatureOf(path: string): Promise<string | null> {
  try {
    const { isFile, mode, dev, ino, size, mtime, ctime } = await Deno.lstat(path);
    const well = isFile && (mode! & 0o777) === FILE_MODE;
    return `${well ? WELL : "other "}${dev} ${ino} ${size} ${mtime?.getTime()} ${ctime?.getTime()}`;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return null;
    throw error;
  }
}

async function contentOf(path: string): Promise<string | null> {
  const bytes = await Deno.readFile(path).catch(() => null);
  return bytes && createHash("sha256").update(bytes).digest("hex");
}

/**
 * Envoy Gateway tells files from directories without following links, and only when it starts: what is not there then is
 * taken for a file, and nothing in it is ever heard of (`internal/provider/file/file.go`).
 */
async function ensureDirectory(path: string, log: Log): Promise<string> {
  try {
    const { isDirectory, isSymlink } = await Deno.lstat(path);
    if (isSymlink) return `Cannot use "${path}": it is a symbolic link, which Envoy Gateway takes for a file`;
    return isDirectory ? "" : `Cannot use "${path}": it is not a directory`;
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  await Deno.mkdir(path, { mode: DIRECTORY_MODE });
  log.warn("the output directory is made: an envoy gateway that runs already has to be started again", {
    path,
  });
  return "";
}
