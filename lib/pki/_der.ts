/** Tag numbers as they stand in the class byte; context and constructed bits are added by the functions below. */
export const BOOLEAN = 1,
  INTEGER = 2,
  BIT_STRING = 3,
  OCTET_STRING = 4,
  NULL = 5,
  OBJECT = 6,
  ENUMERATED = 10,
  UTF8_STRING = 12,
  UTC_TIME = 23,
  GENERALIZED_TIME = 24;

const CONSTRUCTED = 0x20 * 2 ** 24;
const CONTEXT = 0x80 * 2 ** 24;

export const SEQUENCE = CONSTRUCTED + 16;
export const SET = CONSTRUCTED + 17;

/** `[n] IMPLICIT` of a primitive type. */
export const contextPrimitive = (n: number): number => CONTEXT + n;
/** `[n] EXPLICIT`, or `[n] IMPLICIT` of a constructed type. */
export const contextConstructed = (n: number): number => CONTEXT + CONSTRUCTED + n;

/** Class bits of a tag: 0 is universal. */
export const tagClass = (tag: number): number => Math.floor(tag / 2 ** 30);
export const isConstructed = (tag: number): boolean => Math.floor(tag / 2 ** 29) % 2 === 1;
export const tagNumber = (tag: number): number => tag % 2 ** 29;

/**
 * Reads DER elements one after the other, with exactly the strictness of BoringSSL's `CBS_get_asn1`.
 *
 * - Lengths are definite, minimal and at most four bytes; high tag numbers are minimal and below 2^29.
 * - Universal tag 0 is refused.
 * - A reader never goes past `end`, never throws, and after a `false` it must not be read further.
 *
 * `tag`, `start`, `from` and `to` describe the element read last: its tag, where its header begins, and where its
 * contents begin and end. A tag is `(class byte & 0xe0) << 24 | number` as an unsigned number.
 */
export class Der {
  readonly bytes: Uint8Array;
  pos: number;
  readonly end: number;
  tag = 0;
  start = 0;
  from = 0;
  to = 0;

  constructor(bytes: Uint8Array, pos = 0, end = bytes.length) {
    this.bytes = bytes;
    this.pos = pos;
    this.end = end;
  }

  get done(): boolean {
    return this.pos >= this.end;
  }

  /** The whole of the element read last, header included. */
  element(): Uint8Array {
    return this.bytes.subarray(this.start, this.to);
  }

  /** The contents of the element read last. */
  contents(): Uint8Array {
    return this.bytes.subarray(this.from, this.to);
  }

  /** A reader of the contents of the element read last. */
  inside(): Der {
    return new Der(this.bytes, this.from, this.to);
  }

  /** Reads any element. `looseLength` admits lengths that are longer than needed (BER), never indefinite ones. */
  any(looseLength = false): boolean {
    const { bytes, end } = this;
    this.start = this.pos;
    if (!this.#readTag()) return false;
    let at = this.pos;
    if (at >= end) return false;
    let length = bytes[at++];
    if (length >= 0x80) {
      const count = length & 0x7f;
      if (count === 0 || count > 4 || at + count > end) return false;
      length = 0;
      for (let i = 0; i < count; i++) length = length * 256 + bytes[at++];
      if (!looseLength && (length < 0x80 || length < 256 ** (count - 1))) return false;
    }
    if (length > end - at) return false;
    this.from = at;
    this.to = at + length;
    this.pos = this.to;
    return true;
  }

  /** Reads an element that must have this tag. */
  take(tag: number): boolean {
    return this.any() && this.tag === tag;
  }

  /** Whether the next element has this tag; reads nothing. */
  peek(tag: number): boolean {
    return this.peekTag() === tag;
  }

  /** The tag of the next element, or 0 where there is none; reads nothing. */
  peekTag(): number {
    const { pos, tag } = this;
    const found = this.#readTag() ? this.tag : 0;
    this.pos = pos;
    this.tag = tag;
    return found;
  }

  #readTag(): boolean {
    const { bytes, end } = this;
    if (this.pos >= end) return false;
    const first = bytes[this.pos++];
    let number = first & 0x1f;
    if (number === 0x1f) {
      number = 0;
      for (;;) {
        if (this.pos >= end) return false;
        const byte = bytes[this.pos++];
        if (number === 0 && byte === 0x80) return false;
        number = number * 128 + (byte & 0x7f);
        if (number >= 2 ** 29) return false;
        if (byte < 0x80) break;
      }
      if (number < 0x1f) return false;
    }
    this.tag = (first & 0xe0) * 2 ** 24 + number;
    // Universal 0 would be the end mark of an indefinite length.
    return (first & 0xc0) !== 0 || number !== 0;
  }
}

/** Whether the contents of an INTEGER are there and minimal. */
export function isInteger(bytes: Uint8Array, from: number, to: number): boolean {
  if (to <= from) return false;
  if (to - from === 1) return true;
  const top = bytes[from + 1] & 0x80;
  return !(bytes[from] === 0x00 && top === 0) && !(bytes[from] === 0xff && top !== 0);
}

/** Reads a non-negative INTEGER below 2^48, else -1. Enough for every version number. */
export function takeSmallInteger(der: Der): number {
  if (!der.take(INTEGER) || !isInteger(der.bytes, der.from, der.to)) return -1;
  if (der.bytes[der.from] >= 0x80 || der.to - der.from > 6) return -1;
  let value = 0;
  for (let i = der.from; i < der.to; i++) value = value * 256 + der.bytes[i];
  return value;
}

/** Whether the contents of a BIT STRING are well formed: a padding count, and padding bits of zero. */
export function isBitString(bytes: Uint8Array, from: number, to: number): boolean {
  if (to <= from) return false;
  const padding = bytes[from];
  if (padding > 7) return false;
  if (padding === 0) return true;
  return to - from > 1 && (bytes[to - 1] & ((1 << padding) - 1)) === 0;
}

/** Whether the contents of an OBJECT IDENTIFIER are well formed; arcs of any size pass. */
export function isOid(bytes: Uint8Array, from: number, to: number): boolean {
  if (to <= from) return false;
  let previous = 0;
  for (let i = from; i < to; i++) {
    if (previous < 0x80 && bytes[i] === 0x80) return false;
    previous = bytes[i];
  }
  return previous < 0x80;
}

/** Reads an OBJECT IDENTIFIER. */
export function takeOid(der: Der): boolean {
  return der.take(OBJECT) && isOid(der.bytes, der.from, der.to);
}

/** Whether two stretches of bytes are the same. */
export function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}
