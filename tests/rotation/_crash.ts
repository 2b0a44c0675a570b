import assert from "node:assert/strict";
import { join } from "node:path";
import {
  createTree,
  readTree,
  type RotationOptions,
  type RotationResult,
  rotationUnderWay,
} from "../../lib/rotation/mod.ts";
import { assertOutcome, assertUsable, inHome, picture, TestClock, treesFrom } from "./_trees.ts";

/** Something that changes a tree. */
export type Run = (options: RotationOptions) => Promise<RotationResult>;

/** More steps than any rotation has: ends the loop if one never ends. */
const MOST_STEPS = 400;

/** Ends everything at the n-th step, the clean-up included, as a crash does. */
function crashAt(step: number): { at: () => void; crashed: () => boolean } {
  let count = 0;
  return {
    at: () => {
      if (++count >= step) throw new Error(`crash at step ${step}`);
    },
    crashed: () => count >= step,
  };
}

/**
 * Runs something again and again, each time with a crash one step later, until it comes to its end without one. After
 * each crash, and after the next run, everything has to be right.
 */
export async function crashEverywhere(
  prepare: (home: string) => Promise<void>,
  run: Run,
  isNew: boolean,
): Promise<void> {
  for (let step = 1;; step++) {
    assert(step < MOST_STEPS);
    let crashed = false;
    await inHome(async (home) => {
      await prepare(home);
      const clock = new TestClock();
      const crash = crashAt(step);
      const restarts: string[] = [];
      const options = {
        configHome: home,
        clock: clock.read,
        sleep: clock.sleep,
        make: treesFrom(1),
        dependents: (fingerprint: string) => Promise.resolve(void restarts.push(fingerprint)),
      };
      await run({ ...options, at: crash.at });
      crashed = crash.crashed();
      const where = `step ${step}`;
      if (!isNew) await assertUsable(home, `after a crash at ${where}`);
      // Waits are over by then, so another run begins another rotation.
      const ended = restarts.length > 0 && await rotationUnderWay(home) === null;
      await recover(home, run, options, where);
      // Restarted for the authority that is in place, if at all twice, for the very same one.
      const { authority } = await readTree(home);
      if (isNew) assert.deepEqual(restarts, [], where);
      else assert.equal(restarts.at(-1), authority!.fingerprint, where);
      if (!ended) assert(new Set(restarts).size <= 1, where);
    });
    if (!crashed) {
      assert(step > 15, `there are only ${step} steps`);
      return;
    }
  }
}

/** Runs it again, and expects that nothing of the crash is left. */
export async function recover(
  home: string,
  run: Run,
  options: RotationOptions,
  where: string,
): Promise<void> {
  const next = await run(options);
  // Refused is the second rotation so soon: the first one had come to its end.
  assertOutcome(next, "created", "present", "rotated", "finished", "refused");
  await assertUsable(home, `after the run that follows a crash at ${where}`);
  assertOutcome(await createTree(options), "present");
  assert.equal(await rotationUnderWay(home), null, where);
  const left = [...(await picture(join(home, "certs"))).keys()].filter((path) => !path.includes("/")).sort();
  const generations = left.filter((name) => /^\.\.\d/.test(name));
  assert.deepEqual(
    left.filter((name) => !generations.includes(name)),
    ["..data", "..rotation.json", "envoy", "envoy-gateway", "envoy-oidc-hmac", "envoy-rate-limit", "lock"],
    where,
  );
  assert.deepEqual(generations, [await Deno.readLink(join(home, "certs/..data"))], where);
}
