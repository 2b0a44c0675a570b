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

/** @returns one field with a length: tag, length, value. */
export function field(number: number, ...value: readonly Uint8Array[]): Uint8Array {
  const length = value.reduce((sum, part) => sum + part.length, 0);
  return join([varint(number * 8 + 2), varint(length), ...value]);
}

/** @returns one field that holds text. */
export function textField(number: number, text: string): Uint8Array {
  return field(number, new TextEncoder().encode(text));
}

/** @returns all parts, one after the other, in a new array. */
export function join(parts: readonly Uint8Array[]): Uint8Array {
  const out = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}
