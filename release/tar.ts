/** One file of an archive. */
export interface Entry {
  /** Relative, with `/` between names; at most 100 bytes. */
  readonly path: string;
  /** Permission bits. */
  readonly mode: number;
  readonly content: Uint8Array;
}

const BLOCK = 512;
const encoder = new TextEncoder();

/**
 * Makes a tar archive (POSIX.1-1988 ustar) that depends on nothing but its arguments: entries in the order of their
 * names, one time for all, and everything owned by root.
 *
 * @param entries Files; the folders above them are added.
 * @param options Seconds since the epoch, and what stands before every path, e.g. `./`.
 * @returns The archive, not compressed.
 * @throws {RangeError} for a path that the format has no room for.
 */
export function tar(
  entries: readonly Entry[],
  options: { readonly epoch: number; readonly prefix?: string; readonly folders?: readonly string[] },
): Uint8Array<ArrayBuffer> {
  const { epoch, prefix = "", folders = [] } = options;
  const above = new Set([...folders, ...entries.map(({ path }) => path.split("/").slice(0, -1).join("/"))]);
  for (const folder of [...above]) {
    const names = folder.split("/");
    for (let depth = 1; depth < names.length; depth++) above.add(names.slice(0, depth).join("/"));
  }
  above.delete("");
  const all = [
    ...[...above].map((path) => ({ path: `${path}/`, mode: 0o755, content: new Uint8Array() })),
    ...entries,
  ].sort((a, b) => a.path < b.path ? -1 : 1);
  const size = all.reduce((sum, { content }) => sum + BLOCK + padded(content.length), 2 * BLOCK);
  const bytes = new Uint8Array(size);
  let at = 0;
  for (const entry of all) {
    bytes.set(header({ ...entry, path: prefix + entry.path }, epoch), at);
    bytes.set(entry.content, at + BLOCK);
    at += BLOCK + padded(entry.content.length);
  }
  return bytes;
}

const padded = (length: number) => Math.ceil(length / BLOCK) * BLOCK;

function header({ path, mode, content }: Entry, epoch: number): Uint8Array {
  const name = encoder.encode(path);
  if (name.length > 100) throw new RangeError(`Cannot archive "${path}": the path is longer than 100 bytes`);
  const block = new Uint8Array(BLOCK);
  const octal = (value: number, digits: number) => `${value.toString(8).padStart(digits, "0")}\0`;
  const put = (at: number, text: string) => block.set(encoder.encode(text), at);
  block.set(name);
  put(100, octal(mode, 7));
  put(108, octal(0, 7));
  put(116, octal(0, 7));
  put(124, octal(content.length, 11));
  put(136, octal(epoch, 11));
  // The checksum counts its own field as spaces.
  put(148, " ".repeat(8));
  put(156, path.endsWith("/") ? "5" : "0");
  put(257, "ustar\x0000");
  put(265, "root");
  put(297, "root");
  put(148, `${octal(block.reduce((sum, byte) => sum + byte, 0), 6)} `);
  return block;
}
