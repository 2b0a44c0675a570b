/** Writes pieces of messages. Every function gives parts that {@linkcode join} makes one array of. */

/** @returns a non-negative integer below 2^53 as a varint. */
export function varint(value: number): Uint8Array {
  const bytes: number[] = [];
  let rest = value;
  while (rest >= 0x80) {
    bytes.push((rest % 128) | 0x80);
    rest = Math.floor(rest / 128);
  }
  bytes.push(rest);
  return Uint8Array.from(bytes);
}

/** @returns what stands in front of the value of a field with a length: tag and length. */
export function header(number: number, value: readonly Uint8Array[]): Uint8Array {
  return join([varint(number * 8 + 2), varint(lengthOf(value))]);
}

/** @returns one field with a length: tag, length, value. */
export function field(number: number, ...value: readonly Uint8Array[]): Uint8Array {
  return join([header(number, value), ...value]);
}

/** @returns one field that holds a non-negative integer below 2^53, an enum or a bool. */
export function varintField(number: number, value: number): Uint8Array {
  return join([varint(number * 8), varint(value)]);
}

/** @returns one field that holds text. */
export function textField(number: number, text: string): Uint8Array {
  return field(number, new TextEncoder().encode(text));
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
export function lengthOf(parts: readonly Uint8Array[]): number {
  let length = 0;
  for (const part of parts) length += part.length;
  return length;
}

/** @returns all parts, one after the other, in a new array. */
export function join(parts: readonly Uint8Array[]): Uint8Array {
  const out = new Uint8Array(lengthOf(parts));
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}
