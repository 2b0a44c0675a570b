/** What a look at a path says without reading it. Two equal texts mean that nothing has changed. */
export interface Signature {
  readonly text: string;
  /** Milliseconds since the epoch before which the last change must have happened, by the clock of the files. */
  readonly changedBefore: number;
  /** The look itself, where the path is there. */
  readonly stat?: Deno.FileInfo;
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
    const stat = Deno.statSync(path);
    return { ...signatureOf(stat), stat };
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return ABSENT;
    return { text: `error ${(error as Error).message}`, changedBefore: -Infinity };
  }
}

/** Whether a path still looks as it did; the same as comparing texts, without making them. */
export function looksSame(path: string, before: Deno.FileInfo): boolean {
  try {
    return sameStat(Deno.statSync(path), before);
  } catch {
    return false;
  }
}

/** Whether two looks saw the same. */
export function sameStat(a: Deno.FileInfo, b: Deno.FileInfo): boolean {
  return a.ino === b.ino && a.dev === b.dev && a.size === b.size && a.mode === b.mode &&
    a.mtime?.getTime() === b.mtime?.getTime() && a.ctime?.getTime() === b.ctime?.getTime();
}

/** The same of a look that was had already. */
export function signatureOf(stat: Deno.FileInfo): Signature {
  const mtime = stat.mtime?.getTime() ?? 0;
  const ctime = stat.ctime?.getTime() ?? 0;
  return {
    text: `${stat.dev}:${stat.ino}:${stat.size}:${mtime}:${ctime}:${stat.mode}`,
    changedBefore: Math.max(mtime + 1, ctime + CTIME_STEP),
  };
}

/** One signature for several files that are read as a unit. */
export function joinSignatures(parts: readonly Signature[]): Signature {
  return {
    text: parts.map(({ text }) => text).join(" "),
    changedBefore: Math.max(...parts.map(({ changedBefore }) => changedBefore)),
  };
}
