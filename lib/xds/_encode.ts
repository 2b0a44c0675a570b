/** Writes pieces of messages. What has many parts is put together once, at the end, by {@linkcode put}. */

/**
 * A stretch of bytes that somebody else holds. An object of its own, because a view of a typed array costs several times as
 * much, and an answer has a hundred thousand of them.
 */
export interface Stretch {
  readonly bytes: Uint8Array;
  readonly from: number;
  readonly to: number;
  readonly length: number;
}

/** Tag and length of a field, written down only where they end up. */
export class Header {
  /** How many bytes it takes. */
  readonly length: number;

  constructor(
    /** Number of the field. */
    readonly number: number,
    /** How many bytes its value has. */
    readonly size: number,
  ) {
    this.length = varintLength(number * 8 + 2) + varintLength(size);
  }
}

/** A part of a message. */
export type Piece = Uint8Array | Stretch | Header;

/** @returns a non-negative integer below 2^53 as a varint. */
export function varint(value: number): Uint8Array {
  const out = new Uint8Array(varintLength(value));
  putVarint(out, 0, value);
  return out;
}

/** @returns one field with a length: tag, length, value. */
export function field(number: number, ...value: readonly Piece[]): Uint8Array {
  const header = new Header(number, lengthOf(value));
  const out = new Uint8Array(header.length + header.size);
  let at = put(out, 0, header);
  for (const piece of value) at = put(out, at, piece);
  return out;
}

/** @returns one field that holds a non-negative integer below 2^53, an enum or a bool. */
export function varintField(number: number, value: number): Uint8Array {
  const out = new Uint8Array(varintLength(number * 8) + varintLength(value));
  putVarint(out, putVarint(out, 0, number * 8), value);
  return out;
}

const encoder = new TextEncoder();

/** @returns one field that holds text. */
export function textField(number: number, text: string): Uint8Array {
  return field(number, encoder.encode(text));
}

const TYPES = "type.googleapis.com/";

/** @returns one field that holds an Any. @param type Full name of the message. */
export function anyField(number: number, type: string, ...value: readonly Uint8Array[]): Uint8Array {
  return field(number, any(type, ...value));
}

/** @returns a serialized Any. */
export function any(type: string, ...value: readonly Uint8Array[]): Uint8Array {
  const bytes = lengthOf(value) > 0 ? [field(2, ...value)] : [];
  return join([textField(1, TYPES + type), ...bytes]);
}

/** @returns the number of bytes of all parts. */
export function lengthOf(parts: readonly Piece[]): number {
  let length = 0;
  for (const part of parts) length += part.length;
  return length;
}

/** @returns all parts, one after the other, in a new array. */
export function join(parts: readonly Piece[]): Uint8Array {
  const out = new Uint8Array(lengthOf(parts));
  let at = 0;
  for (const part of parts) at = put(out, at, part);
  return out;
}

/** Up to here a loop is quicker than making a view to copy from. */
const FEW = 48;

/** Writes a part into an array. @returns where it ends. */
export function put(out: Uint8Array, at: number, piece: Piece): number {
  if (piece instanceof Header) return putVarint(out, putVarint(out, at, piece.number * 8 + 2), piece.size);
  if (piece instanceof Uint8Array) {
    out.set(piece, at);
    return at + piece.length;
  }
  const { bytes, from, to } = piece;
  if (to - from <= FEW) {
    for (let next = from; next < to; next++) out[at++] = bytes[next];
    return at;
  }
  // Not `subarray`, which makes a Buffer of a Buffer's part, at several times the price.
  out.set(new Uint8Array(bytes.buffer, bytes.byteOffset + from, to - from), at);
  return at + to - from;
}

function varintLength(value: number): number {
  let length = 1;
  for (let rest = value; rest >= 0x80; rest = Math.floor(rest / 128)) length++;
  return length;
}

function putVarint(out: Uint8Array, at: number, value: number): number {
  let rest = value;
  while (rest >= 0x80) {
    out[at++] = (rest % 128) | 0x80;
    rest = Math.floor(rest / 128);
  }
  out[at++] = rest;
  return at;
}
