/** Value of each byte in base64; 64 for `=`, 65 for blanks that are skipped, 66 for everything else. */
const VALUES = new Uint8Array(256).fill(66);
for (let i = 0; i < 64; i++) {
  VALUES["ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".charCodeAt(i)] = i;
}
VALUES[0x3d] = 64;
for (const blank of [0x20, 0x09, 0x0d, 0x0a]) VALUES[blank] = 65;

/**
 * Decodes base64 that lies in several stretches of `bytes`, by the rules of BoringSSL's `EVP_DecodeUpdate`.
 *
 * - Blank, tab and line ends are skipped wherever they are.
 * - Padding has to be there, complete, and last; bits under the padding may be anything.
 *
 * @param ranges Offsets, from and to in turn.
 * @returns The bytes, or `null` if anything else occurs.
 */
export function decodeBase64(bytes: Uint8Array, ranges: readonly number[]): Uint8Array | null {
  let room = 0;
  for (let r = 0; r < ranges.length; r += 2) room += ranges[r + 1] - ranges[r];
  const out = new Uint8Array(Math.ceil(room / 4) * 3);
  let length = 0, quad = 0, count = 0, padding = 0, ended = false;
  for (let r = 0; r < ranges.length; r += 2) {
    const to = ranges[r + 1];
    for (let i = ranges[r]; i < to; i++) {
      const value = VALUES[bytes[i]];
      if (value === 65) continue;
      if (ended || value === 66) return null;
      if (value === 64) padding++;
      else if (padding > 0) return null;
      quad = (quad << 6) | (value & 0x3f);
      if (++count < 4) continue;
      if (padding > 2) return null;
      out[length++] = (quad >> 16) & 0xff;
      if (padding < 2) out[length++] = (quad >> 8) & 0xff;
      if (padding < 1) out[length++] = quad & 0xff;
      ended = padding > 0;
      quad = count = padding = 0;
    }
  }
  return count === 0 ? out.subarray(0, length) : null;
}

const LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/** Encodes bytes as one line of base64. */
export function encodeBase64(bytes: Uint8Array): string {
  let text = "";
  for (let i = 0; i < bytes.length; i += 3) {
    const left = bytes.length - i;
    const v = (bytes[i] << 16) | ((bytes[i + 1] ?? 0) << 8) | (bytes[i + 2] ?? 0);
    text += LETTERS[v >> 18] + LETTERS[(v >> 12) & 63] +
      (left > 1 ? LETTERS[(v >> 6) & 63] : "=") + (left > 2 ? LETTERS[v & 63] : "=");
  }
  return text;
}
