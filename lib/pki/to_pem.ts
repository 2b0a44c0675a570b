import { encodeBase64 } from "./_base64.ts";

const ENCODER = new TextEncoder();

/**
 * Writes one PEM block: lines of 64 letters, line ends of one byte, one line end behind the block (RFC 7468).
 *
 * @param label What stands in the BEGIN and END lines, e.g. `CERTIFICATE`.
 * @param der The contents.
 */
export function toPem(label: string, der: Uint8Array): Uint8Array {
  const lines = [`-----BEGIN ${label}-----`];
  // 48 bytes are 64 letters.
  for (let i = 0; i < der.length; i += 48) lines.push(encodeBase64(der.subarray(i, i + 48)));
  lines.push(`-----END ${label}-----`, "");
  return ENCODER.encode(lines.join("\n"));
}
