import { writeAtomic } from "../host/mod.ts";

/** Keeps one file up to date. */
export interface LatestWriter {
  /** Writes soon what `make` gives then; of calls while a write is under way only the last one counts. `null`: nothing. */
  write(make: () => string | null): void;
  /** Resolves when nothing is left to write. */
  settled(): Promise<void>;
}

/**
 * A file that is replaced in one step and that only its owner can read.
 *
 * @param onError Told when the file system refuses.
 */
export function makeLatestWriter(path: string, onError: (error: unknown) => void): LatestWriter {
  let writing: Promise<void> | null = null;
  let next: (() => string | null) | null = null;
  const work = async () => {
    // What is asked for in one go is one write.
    await Promise.resolve();
    while (next) {
      const make = next;
      next = null;
      try {
        const text = make();
        if (text !== null) await writeAtomic(path, text, 0o600);
      } catch (error) {
        onError(error);
      }
    }
    writing = null;
  };
  return {
    write(make) {
      next = make;
      writing ??= work();
    },
    settled: () => writing ?? Promise.resolve(),
  };
}
