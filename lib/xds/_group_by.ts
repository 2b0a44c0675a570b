/** Puts values into lists by what they have in common; within a list they keep their order. */
export function groupBy<T, K>(values: readonly T[], keyOf: (value: T) => K): Map<K, T[]> {
  const groups = new Map<K, T[]>();
  for (const value of values) {
    const key = keyOf(value);
    const before = groups.get(key);
    if (before) before.push(value);
    else groups.set(key, [value]);
  }
  return groups;
}
