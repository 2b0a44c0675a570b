import type { Json, Place } from "../model/mod.ts";

/**
 * Where everything of one document was written, without keeping the document: two numbers per value, in the order in
 * which a walk over the value meets them.
 */
export class Spots {
  readonly #file: string;
  readonly #lineStarts: readonly number[];
  /** Offset and number of values below, itself included, of each value. */
  readonly #table: Int32Array;
  /** Where the members of a list begin, so that asking for each of thousands does not count from the first each time. */
  readonly #lists = new WeakMap<readonly Json[], { readonly at: number; readonly members: Int32Array }>();

  constructor(file: string, lineStarts: readonly number[], table: readonly number[]) {
    this.#file = file;
    this.#lineStarts = lineStarts;
    this.#table = Int32Array.from(table);
  }

  /** The place of a member of `root`; of its nearest parent where the member is not there. */
  place(root: Json, path: readonly (string | number)[]): Place {
    let at = 0;
    let value = root;
    for (const step of path) {
      const next = this.#child(value, at, step);
      if (next === -1) break;
      at = next;
      value = (value as Record<string | number, Json>)[step];
    }
    return placeAt(this.#file, this.#lineStarts, this.#table[at * 2]);
  }

  #child(value: Json, at: number, step: string | number): number {
    if (typeof value !== "object" || value === null) return -1;
    if (Array.isArray(value)) return typeof step === "number" ? this.#members(value, at)[step] ?? -1 : -1;
    let child = at + 1;
    for (const key of Object.keys(value)) {
      if (key === String(step)) return child;
      child += this.#table[child * 2 + 1];
    }
    return -1;
  }

  #members(list: readonly Json[], at: number): Int32Array {
    const known = this.#lists.get(list);
    // An alias of YAML is the same list at another place.
    if (known?.at === at) return known.members;
    const members = new Int32Array(list.length);
    let child = at + 1;
    for (let index = 0; index < list.length; index++) {
      members[index] = child;
      child += this.#table[child * 2 + 1];
    }
    this.#lists.set(list, { at, members });
    return members;
  }
}

/** The place of an offset in a text whose lines begin at known offsets. */
export function placeAt(file: string, lineStarts: readonly number[], offset: number): Place {
  let low = 0;
  let high = lineStarts.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (lineStarts[middle] <= offset) low = middle + 1;
    else high = middle;
  }
  return { file, line: Math.max(low, 1), column: offset - (lineStarts[low - 1] ?? 0) + 1 };
}
