import type { SdsResource } from "./sds_resource.ts";

/** Versions of one name that are remembered as refused, the newest; more is a source that is broken for good. */
const REFUSED_PER_NAME = 16;
/** Names with refused versions that are remembered. */
const REFUSED_NAMES = 10_000;
/** Names outside of the book that are remembered; more is somebody who makes names up. */
const MOST_DERIVED = 10_000;

/** How a book is kept. */
export interface BookOptions {
  /**
   * Makes what belongs under a name that is not in the book, of what is. It is asked when the name is asked for, and again
   * after every change as long as anybody wants to hear of the name.
   */
  readonly derive?: (name: string) => SdsResource | undefined;
}

/**
 * What is served now, by name. Whoever watches it hears of the names that changed, and of no others.
 *
 * A version that an Envoy refused stays refused, however often it is put in again: it is in the book, and sent to nobody.
 */
export class SdsBook {
  #resources = new Map<string, SdsResource>();
  /** Names outside of the book that were asked for, with what could be made. */
  readonly #derived = new Map<string, SdsResource | undefined>();
  readonly #derive: (name: string) => SdsResource | undefined;
  readonly #refused = new Map<string, Set<string>>();
  readonly #watchers = new Set<(names: ReadonlySet<string>) => void>();

  constructor({ derive = () => undefined }: BookOptions = {}) {
    this.#derive = derive;
  }

  /** Replaces everything. */
  use(resources: ReadonlyMap<string, SdsResource>): void {
    const before = this.#resources;
    this.#resources = new Map(resources);
    const changed = new Set<string>();
    for (const [name, { version }] of resources) if (before.get(name)?.version !== version) changed.add(name);
    for (const name of before.keys()) if (!resources.has(name)) changed.add(name);
    this.#tell(changed);
  }

  /** Puts one in, in place of what has its name. */
  put(resource: SdsResource): void {
    const { name, version } = resource;
    const before = this.#resources.get(name);
    this.#resources.set(name, resource);
    this.#tell(new Set(before?.version === version ? [] : [name]));
  }

  /** Takes one out. Envoys that hold it go on with it. */
  remove(name: string): void {
    if (this.#resources.delete(name)) this.#tell(new Set([name]));
  }

  /** What the book has under a name. */
  get(name: string): SdsResource | undefined {
    const resource = this.#resources.get(name) ?? this.#derived.get(name);
    if (resource !== undefined || this.#derived.has(name)) return resource;
    const made = this.#derive(name);
    if (this.#derived.size < MOST_DERIVED) this.#derived.set(name, made);
    return made;
  }

  /** Nobody wants to hear of a name any more. */
  forget(name: string): void {
    this.#derived.delete(name);
  }

  /** What may be sent under a name: nothing if the version was refused. */
  offer(name: string): SdsResource | undefined {
    const resource = this.get(name);
    return resource !== undefined && this.isRefused(name, resource.version) ? undefined : resource;
  }

  /** Everything in it, and what was made of that for names that were asked for. */
  *resources(): IterableIterator<SdsResource> {
    yield* this.#resources.values();
    for (const made of this.#derived.values()) if (made !== undefined) yield made;
  }

  /** How many names are in it. */
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

  #tell(changed: Set<string>): void {
    if (changed.size === 0) return;
    for (const [name, made] of [...this.#derived]) {
      this.#derived.delete(name);
      if (this.get(name)?.version !== made?.version) changed.add(name);
    }
    for (const watcher of this.#watchers) watcher(changed);
  }
}

function first<T>(values: Iterable<T>): T {
  const [value] = values;
  return value;
}
