/**
 * Runs something with a new empty directory, which is gone afterwards.
 *
 * @param body Gets the absolute path.
 */
export async function inDirectory(body: (directory: string) => Promise<void>): Promise<void> {
  const directory = await Deno.makeTempDir();
  try {
    await body(directory);
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}
