import type { Log } from "../model/mod.ts";
import type { Config } from "../resources/mod.ts";
import type { Patience } from "./_belief.ts";
import { Directories } from "./_directories.ts";
import { LookLoop } from "./_look_loop.ts";
import { Probe } from "./_probe.ts";
import type { Moment } from "./_rest.ts";
import { TextState } from "./_text_state.ts";
import { watchWith } from "./_watch_with.ts";
import type { OpenWatcher } from "./_watches.ts";
import type { WatchThread } from "./watch_thread.ts";

/** What a file holds, or why that cannot be told. */
export type Text = { readonly text: string } | { readonly problem: string };

/** A tree of text files, looked at all the time. */
export interface Texts {
  /** Resolves once the first look is done and what it found is settled, at the latest some seconds after `settle`. */
  readonly first: Promise<void>;
  /**
   * The files by path, in the order of their paths; the same map as long as nothing changes. A directory that cannot be
   * looked into is an entry with a problem, and what was read from it before stays.
   */
  texts(): ReadonlyMap<string, Text>;
  /** Looks now; resolves when what it found is in `texts()`. */
  look(): Promise<void>;
  /** Ends the looking after the look under way. */
  stop(): Promise<void>;
}

/** What a tree of texts is opened with. */
export interface TextsParts {
  /** Absolute path. */
  readonly directory: string;
  readonly watch: Config["watch"];
  readonly log: Log;
  /** Milliseconds since the epoch. */
  readonly clock: () => number;
  /** Called after a look by which `texts()` has changed. */
  readonly onChange: () => void;
  /** The thread that watches; without one this makes its own. */
  readonly watchThread?: WatchThread;
  /** Instead of the runtime's watcher, in no thread. */
  readonly openWatcher?: OpenWatcher;
}

const FIRST_PATIENCE = 3000;
const TEXT_FILE = /\.(ya?ml|json)$/;
const DEEPEST = 16;

/**
 * Opens the `*.yaml`, `*.yml` and `*.json` files of a directory and of those below it. Hidden names are skipped, symbolic
 * links are followed. A file that is being written is not handed out until it rests.
 */
export function openTexts(parts: TextsParts): Texts {
  const { log, clock, watch } = parts;
  const tree = new TextTree(parts.directory, watch);
  const moment = (): Moment => ({ now: performance.now(), wall: clock() });
  const watches = watch.events ? watchWith(parts, () => loop.hint()) : null;
  const began = performance.now();
  let settled = () => {};
  const first = new Promise<void>((resolve) => settled = resolve);
  const look = async () => {
    const { changed, wish, directories } = await tree.look(moment);
    const later = watches?.watch(directories, performance.now()) ?? Infinity;
    if (changed) parts.onChange();
    const patient = performance.now() - began < watch.settle + FIRST_PATIENCE;
    if (!patient || !tree.undecided) settled();
    return Math.min(wish, later);
  };
  const loop = new LookLoop({ log, pollInterval: watch.pollInterval, look });
  loop.start();
  return {
    first,
    texts: () => tree.texts,
    look: () => loop.ask(),
    async stop() {
      await loop.stop();
      watches?.close();
      settled();
    },
  };
}

class TextTree {
  texts: ReadonlyMap<string, Text> = new Map();
  readonly #root: string;
  readonly #patience: Patience;
  readonly #directories = new Directories();
  readonly #states = new Map<string, TextState>();
  readonly #probe = new Probe();
  #present = new Set<string>();

  constructor(root: string, patience: Patience) {
    this.#root = root;
    this.#patience = patience;
  }

  /** Whether something is seen of which nothing is believed yet. */
  get undecided(): boolean {
    return [...this.#present].some((path) => this.#states.get(path)!.belief.believed === null);
  }

  async look(
    moment: () => Moment,
  ): Promise<{ changed: boolean; wish: number; directories: ReadonlyMap<string, string> }> {
    this.#directories.begin(moment());
    const problems = new Map<string, Text>();
    this.#present = new Set<string>();
    if (await this.#probe.answers(this.#root)) this.#walk(this.#root, problems, []);
    else problems.set(this.#root, { problem: `"${this.#root}" does not answer` });
    let wish = Infinity;
    const wanted: TextState[] = [];
    for (const path of this.#present) {
      const state = this.#states.get(path) ?? new TextState(path, this.#patience);
      this.#states.set(path, state);
      const wished = state.look(moment());
      if (wished.kind === "read") wanted.push(state);
      if (wished.kind === "wait") wish = Math.min(wish, wished.ms);
    }
    for (const state of wanted) await state.read(moment);
    this.#lookForAbsent([...problems.keys()], moment());
    for (const state of this.#states.values()) wish = Math.min(wish, state.due(moment()));
    const directories = this.#directories.seen();
    this.#directories.end();
    return { changed: this.#swap(problems), wish, directories };
  }

  #walk(directory: string, problems: Map<string, Text>, above: readonly string[]): void {
    const listing = this.#directories.list(directory);
    if (listing.kind === "failed") problems.set(directory, { problem: listing.words });
    if (listing.kind === "gone" && above.length === 0) {
      problems.set(directory, { problem: `"${directory}" does not exist` });
    }
    // A link to a directory above itself would never end.
    if (listing.kind !== "directory" || above.includes(listing.identity) || above.length > DEEPEST) return;
    for (const { name, isFile, isDirectory } of listing.entries) {
      if (name.startsWith(".")) continue;
      const path = directory === "/" ? `/${name}` : `${directory}/${name}`;
      const isText = TEXT_FILE.test(name);
      if (isFile ? isText : !isDirectory && isText && this.#directories.list(path).kind !== "directory") {
        this.#present.add(path);
      } else if (!isFile) this.#walk(path, problems, [...above, listing.identity]);
    }
  }

  /** What is in a directory that cannot be looked into stays; everything else that is away is gone after a while. */
  #lookForAbsent(closed: readonly string[], moment: Moment): void {
    for (const [path, state] of this.#states) {
      if (this.#present.has(path) || closed.some((directory) => path.startsWith(`${directory}/`))) continue;
      state.gone(moment);
      const { believed } = state.belief;
      if (believed === null || believed.grade === "gone") this.#states.delete(path);
    }
  }

  #swap(problems: ReadonlyMap<string, Text>): boolean {
    const texts = new Map<string, Text>(problems);
    for (const [path, { belief }] of this.#states) {
      if (belief.believed !== null && belief.believed.grade !== "gone") {
        texts.set(path, belief.believed.value);
      }
    }
    const before = this.texts;
    if (texts.size === before.size && [...texts].every(([path, text]) => sameText(before.get(path), text))) {
      return false;
    }
    this.texts = new Map([...texts].sort(([a], [b]) => a < b ? -1 : 1));
    return true;
  }
}

function sameText(a: Text | undefined, b: Text): boolean {
  if (a === undefined) return false;
  return "text" in a ? "text" in b && a.text === b.text : "problem" in b && a.problem === b.problem;
}
