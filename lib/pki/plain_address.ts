import { addressBytes } from "./_address.ts";
import { addressText } from "./_general_names.ts";

/**
 * An IP address as certificates are shown to have it: IPv6 as RFC 5952 writes it, and an IPv4 address that is wrapped into
 * IPv6 as the four bytes that Go writes into a certificate.
 *
 * @returns `null` if it is no address.
 */
export function plainAddress(text: string): string | null {
  const bytes = addressBytes(unmixed(text));
  const plain = bytes === null ? null : addressText(bytes);
  return plain !== null && plain.startsWith("::ffff:") ? addressText(bytes!.subarray(12)) : plain;
}

/** `::ffff:192.0.2.1` without dots. */
function unmixed(text: string): string {
  const [, front, four] = /^(.*:)(\d+\.\d+\.\d+\.\d+)$/.exec(text) ?? [];
  const bytes = four === undefined ? null : addressBytes(four);
  if (bytes === null) return text;
  const [a, b, c, d] = bytes;
  return `${front}${(a * 256 + b).toString(16)}:${(c * 256 + d).toString(16)}`;
}
