import { createHash } from "node:crypto";
import { Belief, type Found, type Patience } from "./_belief.ts";
import type { Wish } from "./_pair_state.ts";
import { type Moment, Rest } from "./_rest.ts";
import { ABSENT, signatureAt } from "./_signature.ts";
import type { Text } from "./open_texts.ts";

/** Larger than any text that a person or a program writes for certgate. */
export const LARGEST_TEXT = 16 * 1024 * 1024;

/** Milliseconds without rest after which a file is read all the same, if others are put in its place as wholes. */
const RESTLESS = 2000;
/** Milliseconds for which what was read of a restless file must not change. */
const WHOLE = 50;

/** One text file: what is seen of it, and what is believed. */
export class TextState {
  readonly belief = new Belief<Text>();
  readonly #path: string;
  readonly #patience: Patience;
  readonly #rest = new Rest();
  #read = false;
  #certain = false;
  #restlessSince: number | null = null;
  #inode: number | null = null;
  #isReplaced = false;

  constructor(path: string, patience: Patience) {
    this.#path = path;
    this.#patience = patience;
  }

  /** Looks at the file without reading it. */
  look(moment: Moment): Wish {
    const signature = signatureAt(this.#path);
    if (signature === ABSENT) {
      this.gone(moment);
      return { kind: "none" };
    }
    this.#note(moment);
    if (this.#read && (this.#certain || !this.#rest.telling(moment))) {
      this.belief.ripen(moment.now, this.#patience);
      return { kind: "none" };
    }
    const ms = this.#rest.wait(moment);
    if (ms <= 0 || this.#isRestless(moment)) return { kind: "read" };
    return { kind: "wait", ms };
  }

  /** Reads the file; one that has changed meanwhile is left for the next look. */
  async read(moment: () => Moment): Promise<void> {
    if (this.#rest.wait(moment()) > 0) return await this.#readRestless(moment);
    const found = await readText(this.#path);
    const after = moment();
    if (this.#note(after)) return;
    this.#restlessSince = null;
    this.#read = found.grade === "good";
    this.#certain = this.#rest.telling(after);
    this.belief.see(found, after.now, this.#patience);
  }

  /**
   * Reads a file that is replaced again and again. Who renames a whole file over it does so with one that is ready, and
   * one that is not read before it rests would never be read.
   */
  async #readRestless(moment: () => Moment): Promise<void> {
    const found = await readWhole(this.#path);
    const after = moment();
    this.#note(after);
    if (found === null) return;
    this.#restlessSince = after.now;
    this.belief.see(found, after.now, this.#patience);
  }

  #isRestless({ now }: Moment): boolean {
    return this.#isReplaced && this.#restlessSince !== null && now - this.#restlessSince >= RESTLESS;
  }

  /** The file is not there. */
  gone(moment: Moment): void {
    this.#read = false;
    this.#rest.note(ABSENT, moment);
    const found: Found<Text> = { key: "gone", grade: "gone", value: { problem: "does not exist" } };
    this.belief.see(found, moment.now, this.#patience);
  }

  /** Milliseconds until this has to be looked at again, whatever happens; `Infinity` if never. */
  due({ now }: Moment): number {
    return this.belief.due(now, this.#patience);
  }

  #note(moment: Moment): boolean {
    const signature = signatureAt(this.#path);
    if (!this.#rest.note(signature, moment)) return false;
    const inode = signature.stamp?.ino ?? null;
    this.#isReplaced = this.#inode !== null && inode !== null && inode !== this.#inode;
    this.#inode = inode;
    this.#restlessSince ??= moment.now;
    this.#read = false;
    this.#certain = false;
    this.belief.disturb();
    return true;
  }
}

async function readText(path: string): Promise<Found<Text>> {
  try {
    const { size, isFile, isDirectory } = await Deno.stat(path);
    if (!isFile) return unreadable(`"${path}" is ${isDirectory ? "a directory" : "not a file"}`);
    if (size > LARGEST_TEXT) return unreadable(`"${path}" has ${size} bytes, and ${LARGEST_TEXT} are read`);
    return textOf(await Deno.readFile(path));
  } catch (error) {
    return unreadable(error instanceof TypeError ? `"${path}" is not UTF-8 text` : (error as Error).message);
  }
}

/** What the file says that is there now, if nobody goes on writing it; also where another takes its place meanwhile. */
async function readWhole(path: string): Promise<Found<Text> | null> {
  try {
    using file = await Deno.open(path);
    const before = await file.stat();
    if (!before.isFile || before.size > LARGEST_TEXT) return null;
    const bytes = new Uint8Array(before.size);
    for (let at = 0; at < bytes.length;) at += await file.read(bytes.subarray(at)) ?? Infinity;
    await new Promise((resolve) => setTimeout(resolve, WHOLE));
    const { size, mtime } = await file.stat();
    return size === before.size && mtime?.getTime() === before.mtime?.getTime() ? textOf(bytes) : null;
  } catch {
    return null;
  }
}

function textOf(bytes: Uint8Array<ArrayBuffer>): Found<Text> {
  const text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  return { key: createHash("sha256").update(bytes).digest("hex"), grade: "good", value: { text } };
}

function unreadable(problem: string): Found<Text> {
  return { key: "unreadable", grade: "unreadable", value: { problem } };
}
