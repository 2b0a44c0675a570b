/** What a look at a path says without reading it. Two equal texts mean that nothing has changed. */
export interface Signature {
  readonly text: string;
  /** Milliseconds since the epoch before which the last change must have happened, by the clock of the files. */
  readonly changedBefore: number;
  /** The numbers behind the text, where the path is there. */
  readonly stamp?: Stamp;
}

/**
 * What is kept of a look. Never the `FileInfo` itself: the runtime notices that such objects live on, makes all of them
 * as long-lived ones from then on, and the thousands of each look are collected at a high price.
 */
export interface Stamp {
  readonly dev: number;
  readonly ino: number | null;
  readonly size: number;
  readonly mode: number | null;
  readonly mtime: number;
  readonly ctime: number;
}

/** The text of a path at which there is nothing. */
export const ABSENT: Signature = { text: "absent", changedBefore: -Infinity };

// Deno gives ctime in whole seconds.
const CTIME_STEP = 1000;

/**
 * Looks at a file or directory; symbolic links are followed, so a link that is moved to another file changes the text.
 *
 * Synchronous on purpose: a call takes 5 µs of CPU, the asynchronous one 20, and this is what idle time is spent on.
 */
export function signatureAt(path: string): Signature {
  try {
    return signatureOf(Deno.statSync(path));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return ABSENT;
    return { text: `error ${(error as Error).message}`, changedBefore: -Infinity };
  }
}

/** Whether a path still looks as it did; the same as comparing texts, without making them. */
export function looksSame(path: string, before: Stamp): boolean {
  try {
    return isStampOf(before, Deno.statSync(path));
  } catch {
    return false;
  }
}

/** Whether a look sees what an earlier one saw. */
export function isStampOf(before: Stamp, stat: Deno.FileInfo): boolean {
  return before.ino === stat.ino && before.dev === stat.dev && before.size === stat.size &&
    before.mode === stat.mode && before.mtime === timeOf(stat.mtime) && before.ctime === timeOf(stat.ctime);
}

/** What is said of a look that was had already. */
export function signatureOf(stat: Deno.FileInfo): Signature & { readonly stamp: Stamp } {
  const { dev, ino, size, mode } = stat;
  const stamp: Stamp = { dev, ino, size, mode, mtime: timeOf(stat.mtime), ctime: timeOf(stat.ctime) };
  return {
    text: `${dev}:${ino}:${size}:${stamp.mtime}:${stamp.ctime}:${mode}`,
    changedBefore: Math.max(stamp.mtime + 1, stamp.ctime + CTIME_STEP),
    stamp,
  };
}

function timeOf(time: Date | null): number {
  return time === null ? 0 : time.getTime();
}

/** One signature for several files that are read as a unit. */
export function joinSignatures(parts: readonly Signature[]): Signature {
  return {
    text: parts.map(({ text }) => text).join(" "),
    changedBefore: Math.max(...parts.map(({ changedBefore }) => changedBefore)),
  };
}
