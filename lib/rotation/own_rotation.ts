import { join } from "node:path";
import { writeAtomic } from "../host/mod.ts";

/** The file in the state directory that says whose rotation it is. */
const NAME = "rotation.json";

/**
 * Whether it was the agent of this state directory that began the rotation of a tree. A file that is damaged says no: a
 * rotation then waits for a person, or for the automatic one.
 *
 * @param stateDir The state directory.
 * @param configHome The directory that holds `certs`.
 */
export async function isOwnRotation(stateDir: string, configHome: string): Promise<boolean> {
  try {
    return JSON.parse(await Deno.readTextFile(join(stateDir, NAME))).configHome === configHome;
  } catch {
    return false;
  }
}

/**
 * Writes down that the agent begins; has to be on disk before the rotation is.
 *
 * @throws What the file system answers.
 */
export function noteOwnRotation(stateDir: string, configHome: string): Promise<void> {
  return writeAtomic(join(stateDir, NAME), `${JSON.stringify({ version: 1, configHome })}\n`, 0o600);
}

/** Takes that back; nothing happens where nothing was written. */
export async function forgetOwnRotation(stateDir: string): Promise<void> {
  await Deno.remove(join(stateDir, NAME)).catch(() => {});
}
