/**
 * Does something in a directory while no other process does so under the same lock. The lock is the kernel's (flock(2)
 * on the directory itself), so nothing is left behind, however the process ends.
 *
 * @param directory Path of a directory that exists.
 * @param use What must not happen twice at a time; others wait for its end.
 * @returns What `use` returns.
 * @throws What the system answers where the directory cannot be opened, and what `use` throws.
 */
export async function holdDirectory<T>(directory: string, use: () => Promise<T>): Promise<T> {
  using held = await Deno.open(directory, { read: true });
  await held.lock(true);
  return await use();
}
