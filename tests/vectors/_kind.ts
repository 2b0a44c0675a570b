import type { PairBytes } from "../../lib/model/mod.ts";

/** One kind of pair, quoted by its id in tables, logs and messages. */
export interface Kind {
  /** `group-what`, kebab-case, never renamed without rewriting the answers. */
  readonly id: string;
  readonly group: string;
  /** Makes the pair; the same bytes each time. */
  readonly make: () => PairBytes;
}

/** The kinds of one group, from a table of names. */
export function group(name: string, table: Record<string, () => PairBytes>): Kind[] {
  return Object.entries(table).map(([what, make]) => ({ id: `${name}-${what}`, group: name, make }));
}
