import { createHash } from "node:crypto";
import { Belief, type Found, type Patience } from "./_belief.ts";
import type { Wish } from "./_pair_state.ts";
import { type Moment, Rest } from "./_rest.ts";
import { ABSENT, signatureAt } from "./_signature.ts";
import type { Text } from "./open_texts.ts";

/** Larger than any text that a person or a program writes for certgate. */
export const LARGEST_TEXT = 16 * 1024 * 1024;

/** One text file: what is seen of it, and what is believed. */
export class TextState {
  readonly belief = new Belief<Text>();
  readonly #path: string;
  readonly #patience: Patience;
  readonly #rest = new Rest();
  #read = false;
  #certain = false;

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
    return ms > 0 ? { kind: "wait", ms } : { kind: "read" };
  }

  /** Reads the file; one that has changed meanwhile is left for the next look. */
  async read(moment: () => Moment): Promise<void> {
    const found = await readText(this.#path);
    const after = moment();
    if (this.#note(after)) return;
    this.#read = found.grade === "good";
    this.#certain = this.#rest.telling(after);
    this.belief.see(found, after.now, this.#patience);
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
    if (!this.#rest.note(signatureAt(this.#path), moment)) return false;
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
    const bytes = await Deno.readFile(path);
    const text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
    return { key: createHash("sha256").update(bytes).digest("hex"), grade: "good", value: { text } };
  } catch (error) {
    return unreadable(error instanceof TypeError ? `"${path}" is not UTF-8 text` : (error as Error).message);
  }
}

function unreadable(problem: string): Found<Text> {
  return { key: "unreadable", grade: "unreadable", value: { problem } };
}
