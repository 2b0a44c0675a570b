import type { Der } from "./_der.ts";

/** Unicode code points that BoringSSL takes in a string: no surrogates, no noncharacters. */
function isCodePoint(v: number): boolean {
  return v <= 0x10ffff && (v & 0xfffe) !== 0xfffe && !(v >= 0xfdd0 && v <= 0xfdef) &&
    !(v >= 0xd800 && v <= 0xdfff);
}

/** Whether the bytes are UTF-8 as BoringSSL's `CBS_get_utf8` wants it. */
export function isUtf8(bytes: Uint8Array, from: number, to: number): boolean {
  for (let i = from; i < to;) {
    const lead = bytes[i++];
    if (lead < 0x80) continue;
    let more = 0, least = 0, value = 0;
    if ((lead & 0xe0) === 0xc0) [more, least, value] = [1, 0x80, lead & 0x1f];
    else if ((lead & 0xf0) === 0xe0) [more, least, value] = [2, 0x800, lead & 0x0f];
    else if ((lead & 0xf8) === 0xf0) [more, least, value] = [3, 0x10000, lead & 0x07];
    else return false;
    for (; more > 0; more--) {
      if (i >= to || (bytes[i] & 0xc0) !== 0x80) return false;
      value = value * 64 + (bytes[i++] & 0x3f);
    }
    if (value < least || !isCodePoint(value)) return false;
  }
  return true;
}

/** Whether the bytes are big-endian code points of `width` bytes (2: BMPString, 4: UniversalString). */
export function isWide(bytes: Uint8Array, from: number, to: number, width: 2 | 4): boolean {
  if ((to - from) % width !== 0) return false;
  for (let i = from; i < to; i += width) {
    let value = 0;
    for (let k = 0; k < width; k++) value = value * 256 + bytes[i + k];
    if (!isCodePoint(value)) return false;
  }
  return true;
}

const UTF8 = new TextDecoder("utf-8");

/** The text of a string element read last, or `null` if it is not of a string type. */
export function textOf(der: Der): string | null {
  const { bytes, from, to, tag } = der;
  switch (tag) {
    case 12:
      return UTF8.decode(bytes.subarray(from, to));
    case 18: // NumericString
    case 19: // PrintableString
    case 20: // TeletexString, which BoringSSL takes for Latin-1
    case 22: // IA5String
    case 26: // VisibleString
      return latin1(bytes, from, to);
    case 28:
      return wide(bytes, from, to, 4);
    case 30:
      return wide(bytes, from, to, 2);
    default:
      return null;
  }
}

/** Each byte as the code point of the same number. */
export function latin1(bytes: Uint8Array, from = 0, to = bytes.length): string {
  let text = "";
  for (let i = from; i < to; i += 4096) {
    text += String.fromCharCode(...bytes.subarray(i, Math.min(to, i + 4096)));
  }
  return text;
}

function wide(bytes: Uint8Array, from: number, to: number, width: 2 | 4): string {
  const parts: string[] = [];
  for (let i = from; i + width <= to; i += width) {
    let value = 0;
    for (let k = 0; k < width; k++) value = value * 256 + bytes[i + k];
    parts.push(value <= 0x10ffff ? String.fromCodePoint(value) : "\ufffd");
  }
  return parts.join("");
}
