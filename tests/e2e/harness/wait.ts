/** What a wait is allowed to cost. */
export interface UntilOptions {
  /** Milliseconds after which the wait gives up. */
  readonly within: number;
  /** Milliseconds between two looks; default 50. */
  readonly every?: number;
}

/** Thrown by a look when the condition cannot come true any more; ends the wait at once. */
export class Hopeless extends Error {
  override name = "Hopeless";
}

/**
 * Looks again and again until the look succeeds.
 *
 * A look that returns `undefined`, `null` or `false`, or that throws, has not succeeded yet. The last thing that
 * was wrong is in the error, because "timed out" alone explains nothing. {@linkcode Hopeless} ends the wait at once.
 *
 * @param what The condition in words, for the error.
 * @param look Returns the wanted thing once it is there.
 * @returns What the successful look returned, and how long it took in milliseconds.
 * @throws {Error} if the condition does not hold in time.
 */
export async function until<T>(
  what: string,
  look: () => Promise<T> | T,
  options: UntilOptions,
): Promise<{ value: NonNullable<T>; ms: number }> {
  const start = performance.now();
  let last: unknown = "nothing yet";
  while (true) {
    try {
      const value = await look();
      if (value !== undefined && value !== null && value !== false) {
        return { value: value as NonNullable<T>, ms: performance.now() - start };
      }
      last = value;
    } catch (error) {
      if (error instanceof Hopeless) throw error;
      last = error instanceof Error ? error.message : error;
    }
    if (performance.now() - start > options.within) {
      throw new Error(`Cannot see that ${what} within ${options.within} ms: last look: ${String(last)}`);
    }
    await new Promise((resolve) => setTimeout(resolve, options.every ?? 50));
  }
}
