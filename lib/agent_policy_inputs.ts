import type { Log, ResourceFinding } from "./model/mod.ts";
import type { Config, ResourceText } from "./resources/mod.ts";
import { openTexts, type Texts, WatchThread } from "./sources/mod.ts";
import type { GoodTexts } from "./agent_policy_good.ts";
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
    let isBlind = false;
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
      isBlind ||= there.has(directory);
      for (const [path, text] of found.files) {
        if (path === directory && "problem" in text) findings.push(unreadable(directory, text.problem));
        else files.set(path, text);
      }
      findings.push(...found.findings);
      if (found.again !== null) again = Math.min(again ?? Infinity, found.again);
    }
    // A directory that is not there may be a slip of the pen: what was in use before it was written stays.
    for (const [path, text] of isBlind ? this.#elsewhere() : []) files.set(path, { text });
    return { files, findings, again };
  }

  /** Good texts of directories that are not configured any more. */
  #elsewhere(): (readonly [string, string])[] {
    const roots = this.#trees.map(({ directory }) => directory === "/" ? "/" : `${directory}/`);
    return [...this.#parts.good.texts].filter(([path]) => !roots.some((root) => path.startsWith(root)));
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
