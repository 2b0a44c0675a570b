import { join } from "node:path";

/**
 * Takes a directory for this process alone, until it ends or gives it back. The lock is the kernel's (flock(2) on a file
 * of its own, since the directory itself may be locked for something else), so a process that was killed leaves none.
 *
 * @param directory Path of a directory that exists.
 * @returns What gives it back, however often it is called; `null` if another process has it.
 * @throws What the system answers where the file cannot be made.
 */
export async function tryHoldState(directory: string): Promise<(() => void) | null> {
  const file = await Deno.open(join(directory, "lock"), { create: true, write: true, mode: 0o600 });
  if (!await file.tryLock(true)) {
    file.close();
    return null;
  }
  let held = true;
  return () => {
    if (held) file.close();
    held = false;
  };
}
