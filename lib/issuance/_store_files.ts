import { join } from "node:path";
import { makeLink } from "../host/mod.ts";

/** More than any of these files has; what is longer is something else. */
const LARGEST_FILE = 1024 * 1024;

/** Whether a path has nothing, or an empty directory. */
export async function isNothing(path: string): Promise<boolean> {
  try {
    for await (const _ of Deno.readDir(path)) return false;
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return true;
    throw error;
  }
}

/** Makes a directory that only its owner can open, whatever the umask is. One that is there keeps its mode. */
export async function makePrivate(path: string): Promise<void> {
  if (await Deno.stat(path).then(({ isDirectory }) => isDirectory, () => false)) return;
  await Deno.mkdir(path, { recursive: true, mode: 0o700 });
  await Deno.chmod(path, 0o700);
}

/** A file, `null` if it is not there. */
export async function readMember(path: string): Promise<Uint8Array | null> {
  try {
    // A pipe would keep us waiting, so what it is comes first.
    const { isFile, size } = await Deno.stat(path);
    if (!isFile) return null;
    if (size > LARGEST_FILE) throw new Error(`"${path}" is longer than ${LARGEST_FILE} bytes`);
    return await Deno.readFile(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory) return null;
    throw error;
  }
}

/** Makes a link, or moves one that is there, in one step. */
export async function replaceLink(
  directory: string,
  name: string,
  { temporary, target }: { readonly temporary: string; readonly target: string },
): Promise<void> {
  const made = join(directory, temporary);
  await Deno.remove(made).catch(() => {});
  await makeLink(target, made);
  await Deno.rename(made, join(directory, name));
}

/** Writes a file that only its owner can read, until it is on disk. */
export async function writeNew(path: string, bytes: Uint8Array): Promise<void> {
  const file = await Deno.open(path, { write: true, createNew: true, mode: 0o600 });
  try {
    for (let sent = 0; sent < bytes.length;) sent += await file.write(bytes.subarray(sent));
    await file.sync();
  } finally {
    file.close();
  }
}
