import { createHash } from "node:crypto";
import { join } from "node:path";
import { listResourcePairs } from "./gate/mod.ts";
import type {
  Facts,
  Log,
  ObjectKey,
  PairBytes,
  ResourceFinding,
  ResourceObject,
  SourceHealth,
} from "./model/mod.ts";
import { type Keep, type Metrics, openKeep } from "./outputs/mod.ts";
import { canonicalPair, readFacts } from "./pki/mod.ts";
import { type Config, readResources } from "./resources/mod.ts";
import { openSources, openTexts, type Sources, type Texts, WatchThread } from "./sources/mod.ts";
import { keyOf } from "./agent_names.ts";
import type { Arrival } from "./agent_pairs.ts";
import { UnseenFiles } from "./agent_unseen.ts";

/** What stands on disk now, as far as it is believed. */
export interface GateInput {
  readonly objects: readonly ResourceObject[];
  /** How many files of resources there are. */
  readonly files: number;
  readonly findings: readonly ResourceFinding[];
  /** One per Secret name. */
  readonly arrivals: readonly Arrival[];
  readonly sources: readonly SourceHealth[];
  /** Milliseconds after which this is to be gathered again; `null` if at the next change. */
  readonly again: number | null;
}

interface InputParts {
  readonly config: Config;
  readonly log: Log;
  readonly metrics: Metrics;
  /** Milliseconds since the epoch. */
  readonly clock: () => number;
  /** Called when something has changed. */
  readonly onChange: () => void;
}

/** The operator's resources and the certificate volumes. */
export class GateInputs {
  readonly #directory: string | undefined;
  readonly #repair: boolean;
  readonly #sources: Sources;
  /** `null` where the operator writes no resources. */
  readonly #texts: Texts | null;
  readonly #keep: Keep;
  readonly #watchThread: WatchThread;
  readonly #unseen = new UnseenFiles();
  #good: ReadonlyMap<string, string>;
  #resourcePairs = new Map<string, { pair: PairBytes; facts: Facts; hash: string }>();

  private constructor(
    directory: string | undefined,
    repair: boolean,
    sources: Sources,
    texts: Texts | null,
    keep: Keep,
    watchThread: WatchThread,
  ) {
    this.#directory = directory;
    this.#repair = repair;
    this.#sources = sources;
    this.#texts = texts;
    this.#keep = keep;
    this.#watchThread = watchThread;
    const decoder = new TextDecoder();
    this.#good = new Map([...keep.entries()].map(([path, bytes]) => [path, decoder.decode(bytes)]));
  }

  /** Begins to watch; resolves when everything was looked at once. */
  static async open(directory: string | undefined, parts: InputParts): Promise<GateInputs> {
    const { config, log, metrics, clock, onChange } = parts;
    const { watch, gate: { repair } } = config;
    const sources = sourcesOf(config);
    const keep = await openKeep(join(config.stateDir, "resources"), log);
    const watchThread = new WatchThread({ log });
    const inputs = new GateInputs(
      directory,
      repair,
      openSources({ sources, watch, repair, log, metrics, clock, onChange, watchThread }),
      directory === undefined ? null : openTexts({ directory, watch, log, clock, onChange, watchThread }),
      keep,
      watchThread,
    );
    await Promise.all([inputs.#sources.first, inputs.#texts?.first]);
    return inputs;
  }

  /** Everything as it is believed now. */
  gather(): GateInput {
    const { files, findings: unseen, again } = this.#look();
    const resources = readResources(files, this.#good);
    this.#keepGood(resources.good);
    const arrivals = new Map<ObjectKey, Arrival>();
    for (const [key, sighting] of this.#sources.sightings()) {
      const { namespace, name, source, path, ...found } = sighting;
      const origin = { kind: "source", source, path } as const;
      arrivals.set(key, { namespace, name, origin, ...found });
    }
    const findings = [...resources.findings, ...unseen];
    const inResources = new Map<string, { pair: PairBytes; facts: Facts; hash: string }>();
    for (const { namespace, name, pair, place } of listResourcePairs(resources.objects)) {
      const key = keyOf({ namespace, name });
      const found = this.#readOnce(pair, inResources);
      const other = arrivals.get(key);
      if (other) {
        const where = other.origin.kind === "source" ? other.origin.path : other.origin.place.file;
        findings.push({
          place,
          message: `Cannot use the Secret "${key}": the pair of that name is taken from "${where}"`,
          hint: "take the Secret away, or give one of the two another name",
        });
        continue;
      }
      arrivals.set(key, {
        namespace,
        name,
        origin: { kind: "resource", place },
        problem: null,
        hint: "",
        ...found,
      });
    }
    this.#resourcePairs = inResources;
    return {
      objects: resources.objects,
      files: resources.files,
      findings,
      arrivals: [...arrivals.values()],
      sources: this.#sources.health(),
      again,
    };
  }

  /** Ends the watching and writes what is to be kept. */
  async stop(): Promise<void> {
    await Promise.all([this.#sources.stop(), this.#texts?.stop()]);
    this.#watchThread.close();
    await this.#keep.settled();
  }

  #look(): ReturnType<UnseenFiles["look"]> {
    if (this.#directory === undefined || this.#texts === null) return NO_FILES;
    const at = { directory: this.#directory, now: performance.now() };
    return this.#unseen.look(this.#texts.texts(), this.#good, at);
  }

  #readOnce(pair: PairBytes, seen: Map<string, { pair: PairBytes; facts: Facts; hash: string }>) {
    const digest = createHash("sha256");
    for (const member of [pair.certificate, pair.key?.open() ?? null, pair.staple ?? null]) {
      digest.update(`${member?.length ?? "-"} `).update(member ?? "");
    }
    const hash = digest.digest("hex");
    let found = this.#resourcePairs.get(hash);
    if (found === undefined) {
      const canonical = canonicalPair(pair, { leafFirst: this.#repair });
      found = { pair: canonical, facts: readFacts(canonical), hash };
    }
    seen.set(hash, found);
    return found;
  }

  #keepGood(good: ReadonlyMap<string, string>): void {
    for (const path of this.#good.keys()) if (!good.has(path)) this.#keep.remove(path);
    for (const [path, text] of good) {
      if (this.#good.get(path) !== text) this.#keep.put(path, new TextEncoder().encode(text));
    }
    this.#good = good;
  }
}

/** The operator's sources and, after them, the place where pairs land that are issued here. */
export function sourcesOf({ sources, issuance: { output, delivery } }: Config): Config["sources"] {
  if (output === undefined) return sources;
  const issued = {
    path: `${output}/*/*`,
    exclude: [],
    namespace: "{parent}",
    secretName: "{name}",
    delivery,
  };
  return [...sources, issued];
}

const NO_FILES = { files: new Map(), findings: [], again: null };
