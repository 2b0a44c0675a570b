/**
 * Makes a directory, with its parents, that only its owner can open. An existing one keeps its mode, and is refused
 * if every user may write to it.
 *
 * @param path Absolute path.
 * @returns Nothing, or the sentence that says why it could not be done.
 */
export async function ensurePrivateDirectory(path: string): Promise<string | undefined> {
  try {
    const found = await Deno.stat(path).catch((error) => {
      if (error instanceof Deno.errors.NotFound) return null;
      throw error;
    });
    if (found && !found.isDirectory) return `Cannot use "${path}": it is not a directory`;
    if (found && (found.mode! & 0o002) !== 0) {
      return `Cannot use "${path}": every user may write there, and what stands there would be believed`;
    }
    if (!found) await Deno.mkdir(path, { recursive: true, mode: 0o700 });
  } catch (error) {
    return `Cannot make the directory "${path}": ${(error as Error).message}`;
  }
}
