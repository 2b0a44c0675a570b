import type { Log } from "../model/mod.ts";

/** The part of `Deno.watchFs` that is used, so that a test can hand in one that fails. */
export type OpenWatcher = (
  paths: string[],
  options: { recursive: boolean },
) => AsyncIterable<{ readonly kind: string }> & { close(): void };

/** What watches need from outside. */
export interface WatchesParts {
  readonly log: Log;
  /** Called, often, when something may have changed. */
  readonly onHint: () => void;
  readonly open?: OpenWatcher;
}

/** A look by polling sees everything, so what is beyond this is only seen a little later. */
export const MOST_WATCHES = 8192;
/** Milliseconds until a refusal of the system is tried again. */
const TRY_AGAIN = 60_000;
// Arming takes 15 µs a directory; while directories come and go all the time it must not become what time is spent on.
const ARM_SHARE = 50;

/**
 * Watches on directories, never on files: a watch on a file is deaf once another file has taken its name.
 *
 * They are hints. A removed directory goes quiet, bursts get lost, and the system may refuse to watch at all; nothing
 * depends on them but the time until a change is seen.
 */
export class Watches {
  readonly #parts: WatchesParts;
  readonly #open: OpenWatcher;
  #armed: ReadonlyMap<string, string> = new Map();
  #watchers: { close(): void }[] = [];
  #refusedAt: number | null = null;
  #restUntil = 0;
  #told = false;

  constructor(parts: WatchesParts) {
    this.#parts = parts;
    this.#open = parts.open ?? Deno.watchFs;
  }

  /** Whether events are heard. */
  get watching(): boolean {
    return this.#refusedAt === null;
  }

  /**
   * Watches these directories from now on and no others.
   *
   * @param directories By path, each with a text that changes when the directory is another one under the same name.
   * @param now Milliseconds of a clock that never jumps.
   * @returns Milliseconds after which this has to be called again, `Infinity` if all is done.
   */
  watch(directories: ReadonlyMap<string, string>, now: number): number {
    if (this.#refusedAt !== null && now - this.#refusedAt < TRY_AGAIN) return Infinity;
    if (sameMap(directories, this.#armed)) return Infinity;
    if (now < this.#restUntil) return this.#restUntil - now;
    const before = this.#watchers;
    const paths = [...directories.keys()];
    if (paths.length > MOST_WATCHES) this.#tell(paths.length);
    const began = performance.now();
    try {
      this.#watchers = this.#arm(paths.slice(0, MOST_WATCHES));
      this.#armed = directories;
      this.#refusedAt = null;
    } catch (error) {
      if (this.#refusedAt === null) {
        this.#parts.log.warn("the system refuses to watch directories, changes are found by looking", {
          error: (error as Error).message,
          directories: paths.length,
        });
      }
      this.#refusedAt = now;
      this.#watchers = [];
      this.#armed = new Map();
    }
    // Only now, so that there is no time without a watch.
    for (const watcher of before) watcher.close();
    this.#restUntil = now + (performance.now() - began) * ARM_SHARE;
    // What came between the look and the watch would be missed until the next look.
    if (this.#watchers.length > 0) this.#parts.onHint();
    return Infinity;
  }

  /** Ends all watches. */
  close(): void {
    for (const watcher of this.#watchers) watcher.close();
    this.#watchers = [];
  }

  /** One directory that is gone or closed to us refuses the whole list, so it is halved until that one is found. */
  #arm(paths: string[]): { close(): void }[] {
    if (paths.length === 0) return [];
    try {
      const watcher = this.#open(paths, { recursive: false });
      this.#listen(watcher);
      return [watcher];
    } catch (error) {
      const ofPath = error instanceof Deno.errors.NotFound || error instanceof Deno.errors.PermissionDenied;
      if (!ofPath) throw error;
      if (paths.length === 1) return [];
      const half = paths.length >> 1;
      const first = this.#arm(paths.slice(0, half));
      try {
        return [...first, ...this.#arm(paths.slice(half))];
      } catch (error) {
        for (const watcher of first) watcher.close();
        throw error;
      }
    }
  }

  async #listen(watcher: ReturnType<OpenWatcher>): Promise<void> {
    try {
      // To read a file is an event of kind "access", and would be an answer to itself.
      for await (const event of watcher) if (event.kind !== "access") this.#parts.onHint();
    } catch (error) {
      this.#parts.log.debug("a watch on directories has ended", { error: (error as Error).message });
      this.#armed = new Map();
    }
  }

  #tell(directories: number): void {
    if (this.#told) return;
    this.#told = true;
    this.#parts.log.warn(
      "there are more directories than are watched, changes in the others are found by looking",
      {
        directories,
        watched: MOST_WATCHES,
      },
    );
  }
}

function sameMap(a: ReadonlyMap<string, string>, b: ReadonlyMap<string, string>): boolean {
  if (a === b) return true;
  if (a.size !== b.size) return false;
  for (const [key, value] of a) if (b.get(key) !== value) return false;
  return true;
}
