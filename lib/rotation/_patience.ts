import type { DependentOptions } from "./dependent_options.ts";

/** Milliseconds between two looks, at first and at most. */
const FIRST = 100;
const LONGEST = 1_000;

/**
 * Looks that become rarer, for so many milliseconds. Time that passes between looks counts, and so does what was slept: neither
 * a clock that is set nor looks that take long make it longer.
 *
 * @returns Gives for each look a function that waits for the next one, and says whether there is one.
 */
export function* patience(
  milliseconds: number,
  { sleep, signal }: Pick<DependentOptions, "sleep" | "signal">,
): Generator<() => Promise<boolean>> {
  const begun = performance.now();
  let slept = 0;
  let pause = FIRST;
  let over = false;
  while (!over) {
    yield async () => {
      const left = milliseconds - Math.max(slept, performance.now() - begun);
      over = left <= 0 || (signal?.aborted ?? false);
      if (over) return false;
      const now = Math.min(pause, left);
      await sleep(now, signal).catch(() => {});
      slept += now;
      pause = Math.min(pause * 2, LONGEST);
      return true;
    };
  }
}
