import { ensurePrivateDirectory, tryHoldState } from "../host/mod.ts";
import type { Dependent } from "../resources/mod.ts";
import { freshMarker, markerFolder, readMarker, writeMarker } from "./dependent_marker.ts";

/**
 * Writes down for dependents that nothing is known of that they need no restart for the authority in place: the first one of a
 * host, or the one that was there before the dependent was configured. What is known of others stays.
 *
 * @param now Milliseconds since the epoch.
 * @throws What the file system answers; nothing is lost then, and it can be done again.
 */
export async function adoptDependents(
  dependents: readonly Dependent[],
  { fingerprint, stateDir, now }: {
    readonly fingerprint: string;
    readonly stateDir: string;
    readonly now: number;
  },
): Promise<void> {
  const unknown = async ({ name }: Dependent) => await readMarker(stateDir, name) === null;
  if (!(await Promise.all(dependents.map(unknown))).includes(true)) return;
  const problem = await ensurePrivateDirectory(markerFolder(stateDir));
  if (problem !== undefined) throw new Error(problem);
  const release = await tryHoldState(markerFolder(stateDir));
  // Whoever has it writes them itself.
  if (release === null) return;
  try {
    for (const dependent of dependents) {
      if (!await unknown(dependent)) continue;
      const marker = { ...freshMarker(fingerprint), state: "done", endedAt: now } as const;
      await writeMarker(stateDir, dependent.name, marker);
    }
  } finally {
    release();
  }
}
