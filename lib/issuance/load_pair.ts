import type { Log, ObjectName } from "../model/mod.ts";
import { type IssuedPair, type StoredFacts, storedFacts, withClock } from "./issued_pair.ts";
import { type PairRecord, succeeded } from "./pair_record.ts";
import { type BackOffWishes, isExhausted } from "./schedule.ts";
import { readStored, storedGeneration, type StoredPair } from "./store.ts";

/** What is on disk of a pair. */
export interface LoadedPair {
  readonly stored: StoredFacts;
  readonly pair: StoredPair;
}

/** Reads a pair from the directory of issued pairs; `null` if there is none. One that cannot be read counts as absent. */
export async function loadPair(output: string, name: ObjectName, log: Log): Promise<LoadedPair | null> {
  try {
    const generation = await storedGeneration(output, name);
    const pair = await readStored(output, name);
    const key = `${name.namespace}/${name.name}` as const;
    return pair === null ? null : { pair, stored: storedFacts(key, pair, generation) };
  } catch (error) {
    log.warn("an issued pair cannot be read, it is issued as if it were not there", {
      key: `${name.namespace}/${name.name}`,
      error,
    });
    return null;
  }
}

/** Whether somebody has put another pair in the place, or taken it away, since it was read. */
export async function hasChanged(output: string, name: ObjectName, pair: IssuedPair): Promise<boolean> {
  if (pair.stored === null) return true;
  const generation = await storedGeneration(output, name).catch(() => null);
  return generation === null || generation !== pair.stored.generation;
}

/**
 * What the record of an earlier run means now.
 *
 * - What was stored right before the process ended has succeeded.
 * - An order that was cut off, or a first attempt, is gone on with at once; each time is an attempt of the budget, so
 *   that a process that ends again and again in it comes to rest.
 */
export function recordAtStart(
  record: PairRecord,
  loaded: LoadedPair | null,
  { now, wishes }: { readonly now: number; readonly wishes: BackOffWishes },
): PairRecord {
  const current = withClock(record, now);
  const { asking, attempts } = current;
  if (asking === null) return current;
  const origin = loaded?.pair.origin ?? null;
  if (loaded !== null && origin !== null && origin.digest === current.digest) {
    const chain = new TextDecoder().decode(loaded.pair.chain);
    const isStored = asking.answer === null ? origin.issuedAt >= asking.begun : asking.answer.chain === chain;
    if (isStored) return succeeded(current, Math.min(origin.issuedAt, now));
  }
  const goesOn = asking.underway && (asking.progress !== null || attempts <= 1) &&
    !isExhausted(attempts, wishes);
  return { ...current, asking: { ...asking, underway: false }, next: goesOn ? null : current.next };
}
