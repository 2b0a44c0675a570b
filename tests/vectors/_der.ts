/**
 * A small DER writer of the vectors' own: nothing here knows what is valid, so that anything can be written.
 *
 * @module
 */
import { Buffer } from "node:buffer";

/** Bytes, or text that stands for its Latin-1 bytes. */
export type Raw = Uint8Array | string;

/** Joins bytes. */
export function join(...parts: readonly Uint8Array[]): Uint8Array {
  return joinAll(parts);
}

/** Joins any number of bytes, also more than a call may have arguments. */
export function joinAll(parts: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(parts.reduce((sum, part) => sum + part.byteLength, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.byteLength;
  }
  return all;
}

/** Bytes from hexadecimal digits; blanks are ignored. */
export function hex(digits: string): Uint8Array {
  return Uint8Array.fromHex(digits.replace(/\s/g, ""));
}

/** Bytes of a text, one per character. */
export function latin1(text: string): Uint8Array {
  return new Uint8Array(Buffer.from(text, "latin1"));
}

function raw(content: Raw): Uint8Array {
  return typeof content === "string" ? latin1(content) : content;
}

/** The shortest DER length. */
export function length(size: number): Uint8Array {
  if (size < 0x80) return Uint8Array.of(size);
  const digits: number[] = [];
  for (let rest = size; rest > 0; rest = Math.floor(rest / 256)) digits.unshift(rest % 256);
  return Uint8Array.of(0x80 | digits.length, ...digits);
}

/** Tag, length and content. */
export function tlv(tag: number, ...content: readonly Raw[]): Uint8Array {
  const inside = joinAll(content.map(raw));
  return join(Uint8Array.of(tag), length(inside.byteLength), inside);
}

export const seq = (...members: readonly Raw[]): Uint8Array => tlv(0x30, ...members);
export const set = (...members: readonly Raw[]): Uint8Array => tlv(0x31, ...members);
export const octets = (content: Raw): Uint8Array => tlv(0x04, content);
export const bits = (content: Raw, unused = 0): Uint8Array => tlv(0x03, Uint8Array.of(unused), content);
export const bool = (value: boolean | number): Uint8Array =>
  tlv(0x01, Uint8Array.of(typeof value === "number" ? value : value ? 0xff : 0));
export const nil = (): Uint8Array => tlv(0x05);
/** A constructed context tag. */
export const ctx = (number: number, ...content: readonly Raw[]): Uint8Array => tlv(0xa0 | number, ...content);
/** A primitive context tag. */
export const ctxRaw = (number: number, content: Raw): Uint8Array => tlv(0x80 | number, content);

/** An INTEGER of any size, shortest form. */
export function int(value: bigint | number): Uint8Array {
  let rest = BigInt(value);
  const bytes: number[] = [];
  do {
    bytes.unshift(Number(rest & 0xffn));
    rest >>= 8n;
  } while (!((rest === 0n && bytes[0] < 0x80) || (rest === -1n && bytes[0] >= 0x80)));
  return tlv(0x02, Uint8Array.from(bytes));
}

/** A non-negative number as exactly so many bytes. */
export function fixed(value: bigint, size: number): Uint8Array {
  return hex(value.toString(16).padStart(size * 2, "0"));
}

/** An OBJECT IDENTIFIER from dotted text. */
export function oid(dotted: string): Uint8Array {
  const arcs = dotted.split(".").map(Number);
  const numbers = [arcs[0] * 40 + arcs[1], ...arcs.slice(2)];
  return tlv(
    0x06,
    Uint8Array.from(numbers.flatMap((number) => {
      const groups = [number % 128];
      for (let rest = Math.floor(number / 128); rest > 0; rest = Math.floor(rest / 128)) {
        groups.unshift(128 + rest % 128);
      }
      return groups;
    })),
  );
}

/** The first so many bytes of `bytes` replaced by others, for one-byte lies. */
export function patch(bytes: Uint8Array, at: number, ...values: readonly number[]): Uint8Array {
  const copy = bytes.slice();
  copy.set(values, at < 0 ? copy.byteLength + at : at);
  return copy;
}

/** A TLV with its definite length made indefinite (BER), end-of-contents added. */
export function indefinite(der: Uint8Array): Uint8Array {
  return join(Uint8Array.of(der[0], 0x80), contentOf(der), Uint8Array.of(0, 0));
}

/** A TLV whose length is written in so many bytes, leading zeros and all (BER). */
export function longLength(der: Uint8Array, size: number): Uint8Array {
  const content = contentOf(der);
  return join(Uint8Array.of(der[0], 0x80 | size), fixed(BigInt(content.byteLength), size), content);
}

/** The content of a DER TLV. */
export function contentOf(der: Uint8Array): Uint8Array {
  return der.subarray(der[1] < 0x80 ? 2 : 2 + (der[1] & 0x7f));
}
