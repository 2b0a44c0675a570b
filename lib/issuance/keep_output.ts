/** A stream that is read to its end while only a part of it is kept. */
export interface Kept<T> {
  readonly done: Promise<T>;
  /** Ends the reading; what came so far is what there is. */
  cancel(): void;
}

/**
 * Keeps the first bytes of a stream.
 *
 * @param most Bytes; with one more the reading ends, and `tooMuch` resolves.
 */
export function keepFirst(
  stream: ReadableStream<Uint8Array>,
  most: number,
): Kept<Uint8Array> & { readonly tooMuch: Promise<void> } {
  const { promise, resolve } = Promise.withResolvers<void>();
  const kept: Uint8Array[] = [];
  let length = 0;
  const reading = readAll(stream, (chunk) => {
    length += chunk.length;
    if (length > most) {
      resolve();
      return false;
    }
    kept.push(chunk);
    return true;
  });
  return { cancel: reading.cancel, done: reading.done.then(() => joined(kept)), tooMuch: promise };
}

/** Keeps the first and the last bytes of a stream. */
export function keepEnds(
  stream: ReadableStream<Uint8Array>,
  most = 4096,
): Kept<{ readonly first: Uint8Array; readonly last: Uint8Array }> {
  let first = new Uint8Array();
  let last = new Uint8Array();
  const reading = readAll(stream, (chunk) => {
    if (first.length < most) first = joined([first, chunk.subarray(0, most - first.length)]);
    last = joined([last, chunk]).slice(-most);
    return true;
  });
  return { cancel: reading.cancel, done: reading.done.then(() => ({ first, last })) };
}

function readAll(stream: ReadableStream<Uint8Array>, onChunk: (chunk: Uint8Array) => boolean): Kept<void> {
  const reader = stream.getReader();
  const cancel = () => void reader.cancel().catch(() => {});
  const read = async () => {
    try {
      for (let next = await reader.read(); !next.done; next = await reader.read()) {
        if (!onChunk(next.value)) return cancel();
      }
    } catch {
      // A broken pipe ends it as well.
    }
  };
  return { done: read(), cancel };
}

function joined(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const all = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

/** The first (`0`) or last (`-1`) line of some text that is not blank; empty if there is none. */
export function lineOf(bytes: Uint8Array, at: 0 | -1): string {
  return new TextDecoder().decode(bytes).split(/\r?\n/).filter((line) => line.trim() !== "").at(at) ?? "";
}
