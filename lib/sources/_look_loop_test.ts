import assert from "node:assert/strict";
import { FakeLog } from "../../tests/fakes/fake_log.ts";
import { LookLoop } from "./_look_loop.ts";

/** A loop that counts its looks, and lets a test wait for one. */
function countingLoop(wish: () => number = () => Infinity, pollInterval = 60_000) {
  const log = new FakeLog();
  let waiting: { at: number; resolve: () => void }[] = [];
  const counted = { looks: 0, log, reached };
  function reached(looks: number): Promise<void> {
    return new Promise((resolve) => {
      if (counted.looks >= looks) resolve();
      else waiting.push({ at: looks, resolve });
    });
  }
  const loop = new LookLoop({
    log,
    pollInterval,
    look() {
      counted.looks++;
      for (const { at, resolve } of waiting) if (counted.looks >= at) resolve();
      waiting = waiting.filter(({ at }) => counted.looks < at);
      return Promise.resolve(wish());
    },
  });
  loop.start();
  return Object.assign(counted, { loop, [Symbol.asyncDispose]: () => loop.stop() });
}

Deno.test("LookLoop looks again after the interval, a wish, a hint, and when asked", async () => {
  await using polled = countingLoop(undefined, 20);
  await polled.reached(3);
  await using wishing = countingLoop(() => 5);
  await wishing.reached(3);
  await using quiet = countingLoop();
  await quiet.reached(1);
  quiet.loop.hint();
  await quiet.reached(2);
  await quiet.loop.ask();
  assert.equal(quiet.looks, 3);
});

Deno.test("LookLoop makes one look of many hints", async () => {
  await using counting = countingLoop();
  await counting.reached(1);
  for (let hint = 0; hint < 500; hint++) counting.loop.hint();
  await counting.reached(2);
  await counting.loop.ask();
  assert.equal(counting.looks, 3);
});

Deno.test("LookLoop goes on after a look that has failed, and says so", async () => {
  let failures = 1;
  await using counting = countingLoop(() => {
    if (failures-- > 0) throw new Error("told so");
    return Infinity;
  }, 10);
  await counting.reached(3);
  assert.deepEqual(counting.log.sentences("error"), ["a look has failed and is tried again"]);
});

Deno.test("LookLoop answers everybody who has asked when it is stopped", async () => {
  const counting = countingLoop();
  const asked = counting.loop.ask();
  await counting.loop.stop();
  await asked;
  await counting.loop.ask();
  assert.ok(counting.looks <= 2);
});

Deno.test("LookLoop does not let a hint wait because it has just looked without one", async () => {
  const looks: (() => void)[] = [];
  // The first is that of the start, the second is asked for.
  const third = new Promise<string>((resolve) => {
    looks.push(() => {}, () => {}, () => resolve("hint"));
  });
  const loop = new LookLoop({
    log: new FakeLog(),
    pollInterval: 60_000,
    async look() {
      // Hints that had led to this would have to wait for ten times as long.
      await new Promise((resolve) => setTimeout(resolve, 60));
      looks.shift()?.();
      return Infinity;
    },
  });
  loop.start();
  await loop.ask();
  loop.hint();
  // Of two timers of one thread that which is due first is first, however busy the machine is.
  let timer: ReturnType<typeof setTimeout>;
  const late = new Promise<string>((resolve) => timer = setTimeout(() => resolve("too late"), 300));
  assert.equal(await Promise.race([third, late]), "hint");
  clearTimeout(timer!);
  await loop.stop();
});
