import { createTree, overwrite, stagedRotation } from "../../lib/rotation/mod.ts";
import { crashEverywhere, type Run } from "./_crash.ts";
import { assertOutcome, TestClock, treesFrom } from "./_trees.ts";

const nothing = () => Promise.resolve();
async function linked(home: string): Promise<void> {
  const { read, sleep } = new TestClock();
  const options = { configHome: home, clock: read, sleep, make: treesFrom(0) };
  assertOutcome(await createTree(options), "created");
}

const CASES: readonly [string, (home: string) => Promise<void>, Run, boolean][] = [
  ["createTree()", nothing, createTree, true],
  ["overwrite()", linked, overwrite, false],
  ["stagedRotation()", linked, stagedRotation, false],
];

for (const [name, prepare, run, isNew] of CASES) {
  Deno.test(`${name} can crash at every step, and the next run finishes or takes back`, async () => {
    await crashEverywhere(prepare, run, isNew);
  });
}
