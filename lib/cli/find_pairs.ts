import type { PairStatus } from "../model/mod.ts";
import { findListeners } from "./find_listeners.ts";

/** A pair, and the name of it that takes a hostname. */
export interface NamedPair {
  readonly hostname: string;
  readonly pair: PairStatus;
}

/** Every name of a pair that Envoy asks certgate for: of what is served, and of what arrived last. */
export function namedPairs(pairs: readonly PairStatus[]): NamedPair[] {
  return pairs.filter(({ delivery }) => delivery === "sds").flatMap((pair) => {
    const names = new Set([...pair.served?.names ?? [], ...pair.current?.names ?? []]);
    return [...names].map((hostname) => ({ hostname, pair }));
  });
}

/** The pairs for a hostname: those that have the exact name, else those with the longest wildcard. */
export function findPairs(hostname: string, pairs: readonly PairStatus[]): readonly NamedPair[] {
  return findListeners(hostname, namedPairs(pairs)).taking;
}
