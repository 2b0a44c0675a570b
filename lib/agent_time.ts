import { type TrustedTime, trustedTime } from "./health/mod.ts";

/**
 * The time to judge by, each time it is asked for.
 *
 * @param clock The clock of the host, milliseconds since the epoch.
 * @param released When this version was released.
 * @param lastSeen The latest time that an earlier run has written down, as soon as it is known.
 */
export function believedTime(
  clock: () => number,
  released: number,
  lastSeen: () => number | null,
): () => TrustedTime {
  const begun = performance.now();
  return () =>
    trustedTime(clock(), { released, lastSeen: lastSeen(), runningFor: performance.now() - begun });
}
