/** The 4 or 16 bytes of an IP address given as text, or `null`. */
export function addressBytes(text: string): Uint8Array | null {
  const four = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/.exec(text);
  if (four !== null) {
    const bytes = four.slice(1).map(Number);
    return bytes.every((byte) => byte <= 255) ? new Uint8Array(bytes) : null;
  }
  if (!/^[0-9a-f:]*:[0-9a-f:]*$/i.test(text)) return null;
  const halves = text.split("::");
  if (halves.length > 2) return null;
  const groups = halves.map((half) => half === "" ? [] : half.split(":"));
  const missing = 8 - groups.reduce((sum, half) => sum + half.length, 0);
  if (halves.length === 2 ? missing < 1 : missing !== 0) return null;
  const all = [...groups[0], ...new Array(missing).fill("0"), ...(groups[1] ?? [])];
  if (!all.every((group) => /^[0-9a-f]{1,4}$/i.test(group))) return null;
  const bytes = new Uint8Array(16);
  all.forEach((group, i) => {
    const value = parseInt(group, 16);
    bytes[2 * i] = value >> 8;
    bytes[2 * i + 1] = value & 0xff;
  });
  return bytes;
}
