import { dirname, join } from "node:path";

/**
 * Replaces a file so that a reader, or a crash at any moment, sees the old content or the new one, whole.
 *
 * The temporary file stands in the same directory under a name that starts with a dot, is flushed to disk before the
 * rename, and gets its mode when it is made, not after.
 *
 * @param path The file to replace; its directory exists.
 * @param content The new content.
 * @param mode Permission bits, e.g. 0o600.
 * @throws What the file system answers; the old file is then untouched and no temporary file is left.
 */
export async function writeAtomic(path: string, content: Uint8Array | string, mode: number): Promise<void> {
  const temporary = join(dirname(path), `.certgate-${crypto.randomUUID()}.tmp`);
  const bytes = typeof content === "string" ? new TextEncoder().encode(content) : content;
  try {
    const file = await Deno.open(temporary, { write: true, createNew: true, mode });
    try {
      for (let sent = 0; sent < bytes.length;) sent += await file.write(bytes.subarray(sent));
      await file.sync();
    } finally {
      file.close();
    }
    await Deno.rename(temporary, path);
  } catch (error) {
    await Deno.remove(temporary).catch(() => {});
    throw error;
  }
}

const TEMPORARY = /^\.certgate-[0-9a-f-]{36}\.tmp$/;

/**
 * Removes what writers that were killed have left in a directory. Only for directories with one writer, before its first
 * write.
 *
 * @param directory Path of a directory.
 * @throws What the file system answers.
 */
export async function removeLeftovers(directory: string): Promise<void> {
  for await (const { name, isFile } of Deno.readDir(directory)) {
    if (isFile && TEMPORARY.test(name)) await Deno.remove(join(directory, name));
  }
}
