import type { Log, ResourceFinding } from "./model/mod.ts";
import type { Keep } from "./outputs/mod.ts";
import type { Config, ResourceText } from "./resources/mod.ts";
import { openTexts, type Texts, WatchThread } from "./sources/mod.ts";
import { UnseenFiles } from "./agent_unseen.ts";

/** What stands in the directories of `policy.paths`, as far as it is believed. */
export interface PolicyTexts {
  /** Path to text or problem, of all files. */
  readonly files: ReadonlyMap<string, ResourceText>;
  /** What is wrong with the directories. */
  readonly findings: readonly ResourceFinding[];
  /** Milliseconds after which this is to be gathered again; `null` if at the next change. */
  readonly again: number | null;
}

/** What {@linkcode PolicyInputs} are opened with. */
export interface PolicyInputsParts {
  readonly watch: Config["watch"];
  /** The good texts, which outlive the inputs. */
  readonly good: GoodTexts;
  readonly log: Log;
  /** Milliseconds since the epoch. */
  readonly clock: () => number;
  /** Called when something has changed. */
  readonly onChange: () => void;
}

// A file of policy is written over or renamed, never mounted anew: a policy that was deleted has to go soon.
const ABSENCE_GRACE = 1000;
const IDENTITY_PATIENCE = 1000;

/** The directories of policy objects, looked at all the time. */
export class PolicyInputs {
  readonly #parts: PolicyInputsParts;
  readonly #watchThread: WatchThread;
  readonly #trees: readonly {
    readonly directory: string;
    readonly texts: Texts;
    readonly unseen: UnseenFiles;
  }[];

  private constructor(paths: readonly string[], parts: PolicyInputsParts) {
    const { log, clock, onChange } = parts;
    const watch = { ...parts.watch, absenceGrace: Math.min(parts.watch.absenceGrace, ABSENCE_GRACE) };
    const watchThread = new WatchThread({ log });
    this.#parts = parts;
    this.#watchThread = watchThread;
    this.#trees = [...new Set(paths.map((path) => path.replace(/(?<=.)\/+$/, "")))].map((directory) => ({
      directory,
      texts: openTexts({ directory, watch, log, clock, onChange, watchThread }),
      unseen: new UnseenFiles(),
    }));
  }

  /** Begins to watch; resolves when everything was looked at once. */
  static async open(paths: readonly string[], parts: PolicyInputsParts): Promise<PolicyInputs> {
    const inputs = new PolicyInputs(paths, parts);
    await Promise.all(inputs.#trees.map(({ texts }) => texts.first));
    return inputs;
  }

  /** Everything as it is believed now. */
  async gather(): Promise<PolicyTexts> {
    const files = new Map<string, ResourceText>();
    const findings: ResourceFinding[] = [];
    let again: number | null = null;
    for (const { directory, texts, unseen } of this.#trees) {
      const there = new Map(texts.texts());
      const identity = await identityOf(directory);
      const good = this.#parts.good.below(directory);
      // Files that went out of the very directory that they were seen in were deleted; another one in its place is a
      // volume that is not mounted.
      const isDeleted = there.size === 0 && identity !== "" && this.#parts.good.home(directory) === identity;
      const found = unseen.look(there, isDeleted ? new Map() : good, { directory, now: performance.now() });
      if (identity !== "" && there.size > 0 && !there.has(directory)) {
        this.#parts.good.moved(directory, identity);
      }
      for (const [path, text] of found.files) {
        if (path === directory && "problem" in text) findings.push(unreadable(directory, text.problem));
        else files.set(path, text);
      }
      findings.push(...found.findings);
      if (found.again !== null) again = Math.min(again ?? Infinity, found.again);
    }
    return { files, findings, again };
  }

  /** Ends the watching. */
  async stop(): Promise<void> {
    await Promise.all(this.#trees.map(({ texts }) => texts.stop()));
    this.#watchThread.close();
  }
}

function unreadable(directory: string, problem: string): ResourceFinding {
  return {
    place: { file: directory, line: 0, column: 0 },
    message: `Cannot read the policy directory ${JSON.stringify(directory)}: ${problem}`,
    hint: "make it, or take it out of policy.paths",
  };
}

/** Which directory stands at a path; empty where that cannot be told soon. */
async function identityOf(directory: string): Promise<string> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<string>((resolve) => timer = setTimeout(() => resolve(""), IDENTITY_PATIENCE));
  const found = Deno.stat(directory).then(({ dev, ino }) => `${dev}:${ino}`, () => "");
  try {
    return await Promise.race([found, late]);
  } finally {
    clearTimeout(timer);
  }
}

const HOME = "directory ";

/** The last good texts of policy files, and the directories that they were seen in; they survive a restart. */
export class GoodTexts {
  readonly #keep: Keep;
  readonly #homes = new Map<string, string>();
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

  /** Takes these in place of those that there were. */
  use(texts: ReadonlyMap<string, string>): void {
    for (const path of this.#texts.keys()) if (!texts.has(path)) this.#keep.remove(path);
    for (const [path, text] of texts) {
      if (this.#texts.get(path) !== text) this.#keep.put(path, new TextEncoder().encode(text));
    }
    this.#texts = texts;
  }

  /** Resolves when nothing is left to write. */
  settled(): Promise<void> {
    return this.#keep.settled();
  }
}
