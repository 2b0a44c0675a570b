const BEGIN = Uint8Array.from([..."-----BEGIN "], (letter) => letter.charCodeAt(0));
const LINE_END = 10;

/**
 * Whether the first PEM block of a text may begin with these letters: a first sieve, for there are thousands to look at and
 * nearly none that is meant. What it lets through has to be read.
 *
 * @param mark Base64 letters of the block's first line.
 * @param at How many letters stand before them.
 */
export function isMarked(pem: Uint8Array, mark: Uint8Array, at: number): boolean {
  return markedFrom(pem, 0, { mark, at }) >= 0;
}

/** @returns where a marked block begins, any one of the text; -1 if there is none. */
export function findMarked(pem: Uint8Array, mark: Uint8Array, at: number): number {
  for (let from = 0; from < pem.length;) {
    const begin = beginLine(pem, from);
    if (begin < 0) return -1;
    if (markedFrom(pem, begin, { mark, at }) >= 0) return begin;
    from = begin + BEGIN.length;
  }
  return -1;
}

interface Mark {
  readonly mark: Uint8Array;
  readonly at: number;
}

function markedFrom(pem: Uint8Array, from: number, { mark, at }: Mark): number {
  const begin = beginLine(pem, from);
  const end = begin < 0 ? -1 : pem.indexOf(LINE_END, begin);
  return end >= 0 && startsWith(pem, end + 1 + at, mark) ? begin : -1;
}

/** @returns where the next line that begins a block is; -1 if there is none. */
function beginLine(pem: Uint8Array, from: number): number {
  for (let at = from; at >= 0 && at < pem.length;) {
    if (startsWith(pem, at, BEGIN)) return at;
    const end = pem.indexOf(LINE_END, at);
    if (end < 0) return -1;
    at = end + 1;
  }
  return -1;
}

function startsWith(bytes: Uint8Array, from: number, wanted: Uint8Array): boolean {
  for (let at = 0; at < wanted.length; at++) if (bytes[from + at] !== wanted[at]) return false;
  return true;
}
