import type { ObjectKey, SourceHealth } from "./model/mod.ts";

/** Why a name that is not there is out of sight, rather than taken away. */
export interface OutOfSight {
  /** For people; lower case. */
  readonly why: string;
  /** When that is to be asked again, milliseconds since the epoch; `null` if at the next change. */
  readonly until: number | null;
}

// A volume that is mounted again fills up file by file.
const RETURN_GRACE = 5000;

/**
 * Tells pairs that were taken away from those that are out of sight. A volume that is not mounted looks like a source
 * from which everything was deleted, and must not darken every hostname of it.
 *
 * - A source that cannot be looked at hides its pairs.
 * - A source of several pairs that has none at all any more hides them: nobody deletes all at once.
 * - One that is back hides its pairs a moment longer.
 * - Of a source that is no longer configured nothing is expected, unless one that is cannot be looked at: then its path
 *   may be a wrong one.
 */
export class Sight {
  readonly #downAt = new Map<string, number>();

  /**
   * @param names Names that are kept, with the source that each came from.
   * @param sources How the sources are now.
   * @param now Milliseconds since the epoch.
   * @returns Who of them is out of sight, if not there.
   */
  look(
    names: ReadonlyMap<ObjectKey, string>,
    sources: readonly SourceHealth[],
    now: number,
  ): (key: ObjectKey) => OutOfSight | null {
    const counts = new Map<string, number>();
    for (const source of names.values()) counts.set(source, (counts.get(source) ?? 0) + 1);
    const hidden = new Map<string, OutOfSight>();
    for (const { source, up, pairs } of sources) {
      const isEmpty = pairs === 0 && (counts.get(source) ?? 0) > 1;
      const last = this.#downAt.get(source) ?? -Infinity;
      // A clock that was set back must not make this longer.
      if (!up || isEmpty || last > now) this.#downAt.set(source, now);
      const back = (this.#downAt.get(source) ?? -Infinity) + RETURN_GRACE;
      const shown = JSON.stringify(source);
      if (!up) hidden.set(source, { why: `the source ${shown} cannot be looked at`, until: null });
      else if (isEmpty) {
        hidden.set(source, { why: `every pair of the source ${shown} is gone at once`, until: null });
      } else if (now < back) {
        hidden.set(source, { why: `the source ${shown} has just come back`, until: back });
      }
    }
    const configured = new Set(sources.map(({ source }) => source));
    const down = sources.find(({ up }) => !up);
    const blind = down === undefined ? null : hidden.get(down.source) ?? null;
    return (key) => {
      const source = names.get(key) ?? "";
      const out = hidden.get(source) ?? null;
      if (out !== null || source === "" || configured.has(source)) return out;
      return blind;
    };
  }
}
