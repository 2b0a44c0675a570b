/** Called before and after each step that changes something on disk; tests throw there, as if the process had ended. */
export type FaultPoint = (point: string) => void | Promise<void>;

/** Waits until the names in a directory are on disk too. */
export async function flushDirectory(directory: string): Promise<void> {
  using opened = await Deno.open(directory, { read: true });
  await opened.sync();
}
