import { createHash } from "node:crypto";
import type { Log } from "../model/mod.ts";
import type { Config } from "../resources/mod.ts";
import { Belief, type Found, type Patience } from "./_belief.ts";
import { LookLoop } from "./_look_loop.ts";
import { LARGEST_FILE } from "./_read_layout.ts";
import { type Moment, Rest } from "./_rest.ts";
import { joinSignatures, signatureAt } from "./_signature.ts";

/** What files hold, or the words of the system about why that cannot be told. */
export type FileSetContent = { readonly files: readonly Uint8Array[] } | { readonly problem: string };

/** Some files that belong together, looked at all the time. */
export interface FileSet {
  /** Resolves once something is believed of them, which takes a second or so where they do not fit together. */
  readonly first: Promise<void>;
  /** What is believed of them; `null` before `first`. The same object as long as nothing changes. */
  content(): FileSetContent | null;
  /** Looks now. */
  look(): Promise<void>;
  /** Ends the looking after the look under way. */
  stop(): Promise<void>;
}

/** What files are opened with. */
export interface FileSetParts {
  /** Absolute paths; symbolic links are followed. */
  readonly paths: readonly string[];
  readonly watch: Config["watch"];
  readonly log: Log;
  /** Milliseconds since the epoch. */
  readonly clock: () => number;
  /** Whether the contents fit together; those that do are believed at once, others once they have lasted. */
  readonly fits: (files: readonly Uint8Array[]) => boolean;
  /** Called after every look, whether or not something has changed. */
  readonly onLook: () => void;
}

/**
 * Opens files that are read as a unit, by the rules of all sources: what is being written is not read, what was written
 * while it was read is read again, and what is away or does not fit together is believed only once it has lasted.
 */
export function openFileSet(parts: FileSetParts): FileSet {
  const { watch, log, clock } = parts;
  const moment = (): Moment => ({ now: performance.now(), wall: clock() });
  const state = new FileSetState(parts.paths, watch, parts.fits);
  const first = Promise.withResolvers<void>();
  const loop = new LookLoop({
    log,
    pollInterval: watch.pollInterval,
    look: async () => {
      const wish = await state.look(moment);
      if (state.belief.believed !== null) first.resolve();
      parts.onLook();
      return wish;
    },
  });
  loop.start();
  return {
    first: first.promise,
    content: () => state.belief.believed?.value ?? null,
    look: () => loop.ask(),
    async stop() {
      await loop.stop();
      first.resolve();
    },
  };
}

class FileSetState {
  readonly belief = new Belief<FileSetContent>();
  readonly #paths: readonly string[];
  readonly #patience: Patience;
  readonly #fits: FileSetParts["fits"];
  readonly #rest = new Rest();
  /** Whether what was read last stands there still. */
  #read = false;
  #certain = false;

  constructor(paths: readonly string[], patience: Patience, fits: FileSetParts["fits"]) {
    this.#paths = paths;
    this.#patience = patience;
    this.#fits = fits;
  }

  /** @returns milliseconds until this has to be looked at again, whatever happens; `Infinity` if never. */
  async look(moment: () => Moment): Promise<number> {
    const begun = moment();
    this.#note(begun);
    const known = this.#read && (this.#certain || !this.#rest.telling(begun));
    const wait = known ? 0 : this.#rest.wait(begun);
    if (wait > 0) return wait;
    if (known) this.belief.ripen(begun.now, this.#patience);
    else {
      const found = await this.#find();
      const after = moment();
      // Changed while it was read: neither the old nor the new one.
      if (this.#note(after)) return this.#rest.wait(after);
      this.#read = found.grade === "good" || found.grade === "bad";
      this.#certain = this.#rest.telling(after);
      this.belief.see(found, after.now, this.#patience);
    }
    return this.belief.due(moment().now, this.#patience);
  }

  #note(moment: Moment): boolean {
    if (!this.#rest.note(joinSignatures(this.#paths.map(signatureAt)), moment)) return false;
    this.#read = false;
    this.#certain = false;
    this.belief.disturb();
    return true;
  }

  async #find(): Promise<Found<FileSetContent>> {
    const files: Uint8Array[] = [];
    const hash = createHash("sha256");
    for (const path of this.#paths) {
      try {
        const { size, isFile } = await Deno.stat(path);
        if (!isFile) return lost("unreadable", `"${path}" is not a file`);
        if (size > LARGEST_FILE) {
          return lost("unreadable", `"${path}" has ${size} bytes, and ${LARGEST_FILE} are read`);
        }
        const bytes = await Deno.readFile(path);
        hash.update(`${bytes.length};`).update(bytes);
        files.push(bytes);
      } catch (error) {
        if (error instanceof Deno.errors.NotFound) return lost("gone", `"${path}" does not exist`);
        return lost("unreadable", (error as Error).message);
      }
    }
    return { key: hash.digest("hex"), grade: this.#fits(files) ? "good" : "bad", value: { files } };
  }
}

function lost(grade: "gone" | "unreadable", problem: string): Found<FileSetContent> {
  return { key: `${grade} ${problem}`, grade, value: { problem } };
}
