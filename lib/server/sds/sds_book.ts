import type { SdsResource } from "./sds_resource.ts";

/** Versions of one name that are remembered as refused, the newest; more is a source that is broken for good. */
const REFUSED_PER_NAME = 16;
/** Names with refused versions that are remembered. */
const REFUSED_NAMES = 10_000;
/** Names that are made when somebody asks, and are remembered; names that nobody has count as well. */
const MOST_DERIVED = 1000;

/**
 * What is served now, by name. Whoever watches it hears of the names that changed, and of no others.
 *
 * A version that an Envoy refused stays refused, however often it is put in again: it is in the book, and sent to nobody.
 */
export class SdsBook {
  #resources: ReadonlyMap<string, SdsResource> = new Map();
  readonly #derive: (name: string) => SdsResource | undefined;
  /** What was made when somebody asked; `undefined` where nothing could be made. */
  readonly #derived = new Map<string, SdsResource | undefined>();
  readonly #refused = new Map<string, Set<string>>();
  readonly #watchers = new Set<(names: ReadonlySet<string>) => void>();

  /**
   * @param options `derive` makes what is not in the book when somebody asks for it, from what is there; after every change
   * it is asked again.
   */
  constructor(
    { derive = () => undefined }: { readonly derive?: (name: string) => SdsResource | undefined } = {},
  ) {
    this.#derive = derive;
  }

  /** Replaces everything. */
  use(resources: ReadonlyMap<string, SdsResource>): void {
    const before = this.#resources;
    this.#resources = new Map(resources);
    const changed = new Set<string>();
    for (const [name, { version }] of resources) if (before.get(name)?.version !== version) changed.add(name);
    for (const name of before.keys()) if (!resources.has(name)) changed.add(name);
    for (const [name, made] of this.#derived) {
      if (resources.has(name)) this.#derived.delete(name);
      else if (this.#make(name)?.version !== made?.version) changed.add(name);
    }
    this.#tell(changed);
  }

  /** Puts one in, in place of what has its name. */
  put(resource: SdsResource): void {
    this.use(new Map(this.#resources).set(resource.name, resource));
  }

  /** Takes one out. Envoys that hold it go on with it. */
  remove(name: string): void {
    const rest = new Map(this.#resources);
    if (rest.delete(name)) this.use(rest);
  }

  /** What the book has under a name. */
  get(name: string): SdsResource | undefined {
    return this.#resources.get(name) ?? this.#derived.get(name) ?? this.#make(name);
  }

  #make(name: string): SdsResource | undefined {
    const made = this.#derive(name);
    if (made !== undefined || this.#derived.has(name) || this.#derived.size < MOST_DERIVED) {
      this.#derived.set(name, made);
    }
    return made;
  }

  /** What may be sent under a name: nothing if the version was refused. */
  offer(name: string): SdsResource | undefined {
    const resource = this.get(name);
    return resource !== undefined && this.isRefused(name, resource.version) ? undefined : resource;
  }

  /** Everything in it. */
  resources(): IterableIterator<SdsResource> {
    return this.#resources.values();
  }

  /** How many names there are. */
  get size(): number {
    return this.#resources.size;
  }

  /** Notes that an Envoy refused a version. @returns whether that is new. */
  refuse(name: string, version: string): boolean {
    const versions = this.#refused.get(name) ?? new Set();
    if (versions.has(version)) return false;
    versions.add(version);
    if (versions.size > REFUSED_PER_NAME) versions.delete(first(versions));
    this.#refused.set(name, versions);
    if (this.#refused.size > REFUSED_NAMES) this.#refused.delete(first(this.#refused.keys()));
    return true;
  }

  /** Whether an Envoy refused this version of a name. */
  isRefused(name: string, version: string): boolean {
    return this.#refused.get(name)?.has(version) ?? false;
  }

  /** Lets versions of a name be sent again that were refused, e.g. since the Envoy is another one. */
  pardon(name: string): void {
    if (this.#refused.delete(name)) this.#tell(new Set([name]));
  }

  /** Calls back with the names that changed, after each change. @returns what ends that. */
  watch(changed: (names: ReadonlySet<string>) => void): () => void {
    this.#watchers.add(changed);
    return () => this.#watchers.delete(changed);
  }

  #tell(names: ReadonlySet<string>): void {
    if (names.size > 0) { for (const watcher of this.#watchers) watcher(names); }
  }
}

function first<T>(values: Iterable<T>): T {
  const [value] = values;
  return value;
}
