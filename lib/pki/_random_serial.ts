/** 128 bits as hex, the first of them 0: a serial number is positive. */
export async function randomSerial(): Promise<string> {
  // A secret key of 128 bits is nothing else than that many random bits, and comes from where the other keys do.
  const random = await crypto.subtle.generateKey({ name: "AES-CBC", length: 128 }, true, ["encrypt"]);
  const bytes = new Uint8Array(await crypto.subtle.exportKey("raw", random));
  // Never 00 in front either: DER would shorten it, and its text then differs from the one in the name.
  bytes[0] = (bytes[0] & 0x3f) | 0x40;
  return [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
