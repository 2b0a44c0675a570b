import assert from "node:assert/strict";

/**
 * Looks again and again while something happens, at least twice, and demands that nothing was wrong at any time.
 *
 * @param looks Each gives `null`, or what was wrong.
 */
export async function watched(
  looks: readonly (() => Promise<string | null>)[],
  meanwhile: () => Promise<void>,
): Promise<void> {
  let going = true;
  const wrong: string[] = [];
  let asked = 0;
  let slowest = 0;
  const watch = async (look: () => Promise<string | null>) => {
    for (let count = 0; going || count < 2; count++) {
      const start = performance.now();
      const found = await look();
      asked++;
      slowest = Math.max(slowest, performance.now() - start);
      if (found !== null) wrong.push(`${new Date().toISOString()} ${found}`);
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  };
  const watches = looks.map(watch);
  await meanwhile().finally(() => going = false);
  await Promise.all(watches);
  console.log(`${asked} requests were made meanwhile, the slowest took ${Math.round(slowest)} ms`);
  assert.deepEqual(wrong.slice(0, 5), []);
}
