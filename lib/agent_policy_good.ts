import type { Keep } from "./outputs/mod.ts";

const HOME = "directory ";
// Heartbeats of connectors change their files all the time, and nothing that has to be known after a restart.
const SAVE_INTERVAL = 60_000;

/** The last good texts of policy files, and the directories that they were seen in; they survive a restart. */
export class GoodTexts {
  readonly #keep: Keep;
  readonly #homes = new Map<string, string>();
  #saved: ReadonlyMap<string, string>;
  #savedAt = -Infinity;
  #texts: ReadonlyMap<string, string>;

  /** @param keep Where they are kept. */
  constructor(keep: Keep) {
    this.#keep = keep;
    const decoder = new TextDecoder();
    const texts = new Map<string, string>();
    for (const [key, bytes] of keep.entries()) {
      if (key.startsWith(HOME)) this.#homes.set(key.slice(HOME.length), decoder.decode(bytes));
      else texts.set(key, decoder.decode(bytes));
    }
    this.#texts = texts;
    this.#saved = texts;
  }

  /** By path. */
  get texts(): ReadonlyMap<string, string> {
    return this.#texts;
  }

  /** Those of a directory and of the ones below it. */
  below(directory: string): ReadonlyMap<string, string> {
    const root = directory === "/" ? "/" : `${directory}/`;
    return new Map([...this.#texts].filter(([path]) => path.startsWith(root)));
  }

  /** Which directory files were seen in last under this path; empty if that is not known. */
  home(directory: string): string {
    return this.#homes.get(directory) ?? "";
  }

  /** Takes note of the directory that files were seen in. */
  moved(directory: string, identity: string): void {
    if (this.home(directory) === identity) return;
    this.#homes.set(directory, identity);
    this.#keep.put(`${HOME}${directory}`, new TextEncoder().encode(identity));
  }

  /**
   * Takes these in place of those that there were.
   *
   * @param options `urgent`: whether they say something else than those before, so that they are written at once.
   */
  use(texts: ReadonlyMap<string, string>, { urgent }: { readonly urgent: boolean }): void {
    this.#texts = texts;
    if (urgent || performance.now() - this.#savedAt > SAVE_INTERVAL) this.#write();
  }

  /** Writes what is not written yet; resolves when nothing is left to do. */
  save(): Promise<void> {
    this.#write();
    return this.#keep.settled();
  }

  #write(): void {
    this.#savedAt = performance.now();
    for (const path of this.#saved.keys()) if (!this.#texts.has(path)) this.#keep.remove(path);
    for (const [path, text] of this.#texts) {
      if (this.#saved.get(path) !== text) this.#keep.put(path, new TextEncoder().encode(text));
    }
    this.#saved = this.#texts;
  }
}
