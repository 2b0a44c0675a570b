import { createHash } from "node:crypto";
import { join } from "node:path";
import type { BundleState, Log, Material } from "./model/mod.ts";
import { keyOf } from "./agent_names.ts";
import { type Keep, openKeep } from "./outputs/mod.ts";
import { makePlaceholderBundle, readTrust } from "./pki/mod.ts";
import type { Config } from "./resources/mod.ts";
import type { VerdictStore } from "./server/mod.ts";
import { type FileSet, type FileSetContent, openFileSet } from "./sources/mod.ts";

type BundleConfig = Config["sds"]["bundles"][number];

/** What {@linkcode SdsBundles} work with. */
export interface SdsBundlesParts {
  readonly log: Log;
  /** Milliseconds since the epoch, as they are believed. */
  readonly clock: () => number;
  readonly store: () => VerdictStore;
  /** Called when a file is another one. */
  readonly onChange: () => void;
}

interface OpenBundle {
  readonly config: BundleConfig;
  readonly files: FileSet;
  readonly placeholder: Uint8Array;
  /** What was read last. */
  seen: FileSetContent | null;
  /** What is told of it. */
  told: string;
}

/** Milliseconds for which Envoy's word on a new bundle is waited for. */
const PATIENCE = 7000;
// Of a bundle that is refused when the next is there already, the one before is the last good one.
const MOST_GOOD = 3;

/**
 * The CA bundles that Envoys are given: read again and again, judged, and the last good one of each kept.
 *
 * - A bundle that Envoy would refuse, or that has nobody in it, never replaces a good one.
 * - A member that is out of its dates is left out alone.
 */
export class SdsBundles {
  readonly #parts: SdsBundlesParts;
  readonly #keep: Keep;
  /** Good bundles, the newest first; that one is kept. */
  readonly #good: Map<string, readonly Uint8Array[]>;
  /** Digests of bundles that a running Envoy refused, with its words. */
  readonly #refused = new Map<string, string>();
  #open: readonly OpenBundle[] = [];
  #edge: number | null = null;

  private constructor(keep: Keep, parts: SdsBundlesParts) {
    this.#keep = keep;
    this.#parts = parts;
    this.#good = new Map([...keep.entries()].map(([key, bundle]) => [key, [bundle]]));
  }

  /** Takes up what was kept; no file is looked at yet. */
  static async open(stateDir: string, parts: SdsBundlesParts): Promise<SdsBundles> {
    return new SdsBundles(await openKeep(join(stateDir, "bundles"), parts.log), parts);
  }

  /** Looks at the files of a configuration from now on; resolves when each was looked at once. */
  async use({ sds: { bundles }, watch }: Config): Promise<void> {
    const before = this.#open;
    const same = (one: BundleConfig, other: BundleConfig) => JSON.stringify(one) === JSON.stringify(other);
    this.#open = bundles.map((config) =>
      before.find((open) => same(open.config, config)) ?? this.#watch(config, watch)
    );
    this.#forget(new Set(bundles.map(keyOf)));
    await Promise.all(before.filter((one) => !this.#open.includes(one)).map(({ files }) => files.stop()));
    await Promise.all(this.#open.map(({ files }) => files.first));
  }

  /** What is believed of each now. */
  async states(): Promise<BundleState[]> {
    const states: BundleState[] = [];
    this.#edge = null;
    for (const open of this.#open) states.push(await this.#judge(open));
    return states;
  }

  /** The next moment, in milliseconds since the epoch, at which one of them changes by itself; `null` if never. */
  get edge(): number | null {
    return this.#edge;
  }

  /**
   * Believes a running Envoy that refused a bundle; the one before it is the last good one again.
   *
   * @param hash Digest of what was served.
   */
  refuse(hash: string, message: string): void {
    this.#refused.set(hash, message);
  }

  /** Looks at no file any more. */
  async stop(): Promise<void> {
    await Promise.all(this.#open.map(({ files }) => files.stop()));
    await this.#keep.settled();
  }

  /** What is asked for no more is trusted no more, should it be asked for again one day. */
  #forget(wanted: ReadonlySet<string>): void {
    for (const key of this.#good.keys()) {
      if (wanted.has(key)) continue;
      this.#good.delete(key);
      this.#keep.remove(key);
    }
  }

  #watch(config: BundleConfig, watch: Config["watch"]): OpenBundle {
    const { log, clock, onChange } = this.#parts;
    const fits = ([bundle]: readonly Uint8Array[]) => readTrust(bundle).problem === null;
    const onLook = () => {
      const content = open.files.content();
      if (content === open.seen) return;
      open.seen = content;
      onChange();
    };
    const files: FileSet = openFileSet({ paths: [config.file], watch, log, clock, fits, onLook });
    const placeholder = makePlaceholderBundle(keyOf(config));
    const open: OpenBundle = { config, files, placeholder, seen: null, told: "" };
    return open;
  }

  async #judge(open: OpenBundle): Promise<BundleState> {
    const { config: { namespace, name, kind, file }, files, placeholder } = open;
    const key = keyOf(open.config);
    const content = files.content();
    const now = content !== null && "files" in content
      ? await this.#take(content.files[0])
      : { served: null, message: content?.problem ?? "it was not read yet" };
    if (now.served !== null) this.#remember(key, content);
    const held = now.served === null ? await this.#held(key) : null;
    const served = now.served ?? held;
    const message = held === null ? now.message : `${now.message}; what was read before goes on`;
    this.#tell(open, message, served !== null);
    const members = served === null ? [] : readTrust(served).members;
    return {
      namespace,
      name,
      kind,
      file,
      served,
      hash: served === null ? "" : digest(served),
      placeholder,
      members: members.length,
      message,
      notAfter: members.length === 0 ? null : Math.min(...members.map(({ facts }) => facts.notAfter)),
    };
  }

  /** What goes on being served; `null` if there is nothing. A good one that was refused since is not the last good one. */
  async #held(key: string): Promise<Uint8Array | null> {
    const good = this.#good.get(key) ?? [];
    for (const [index, bundle] of good.entries()) {
      const { served, refused } = await this.#take(bundle);
      if (refused && index + 1 < good.length) continue;
      if (index > 0) {
        this.#good.set(key, good.slice(index));
        this.#keep.put(key, bundle);
      }
      return served;
    }
    return null;
  }

  async #take(
    bundle: Uint8Array,
  ): Promise<{ served: Uint8Array | null; message: string; refused?: true }> {
    const { clock } = this.#parts;
    const store = this.#parts.store();
    const material: Material = { kind: "trust", bundle, identity: bundle };
    await store.learn([material], clock() + PATIENCE);
    const { action, detail, cause, filtered, edge } = store.verdictOf(material, clock());
    if (edge !== null) this.#edge = Math.min(this.#edge ?? Infinity, edge);
    if (action === "withhold") return { served: null, message: detail || cause };
    const served = filtered ?? bundle;
    const refusal = this.#refused.get(digest(served));
    if (refusal !== undefined) {
      return { served: null, message: `Envoy refused it: ${refusal}`, refused: true };
    }
    return {
      served,
      message: filtered === null ? "" : "authorities that are out of their dates are left out",
    };
  }

  #remember(key: string, content: FileSetContent | null): void {
    if (content === null || !("files" in content)) return;
    const [bundle] = content.files;
    const before = this.#good.get(key) ?? [];
    const others = before.filter((one) => Buffer.compare(one, bundle) !== 0);
    if (others.length < before.length && before[0] !== others[0]) return;
    this.#good.set(key, [bundle, ...others].slice(0, MOST_GOOD));
    this.#keep.put(key, bundle);
  }

  /** Told where it changes, not at each look. */
  #tell(open: OpenBundle, problem: string, isServed: boolean): void {
    if (open.told === problem) return;
    open.told = problem;
    const { file } = open.config;
    const bundle = keyOf(open.config);
    if (problem === "") this.#parts.log.info("a CA bundle is in order again", { bundle, file });
    else if (isServed) {
      this.#parts.log.warn("a CA bundle is not served as it stands in its file", { bundle, file, problem });
    } else {this.#parts.log.error("a CA bundle cannot be used, and nobody is trusted by it", {
        bundle,
        file,
        problem,
      });}
  }
}

function digest(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}
