import assert from "node:assert/strict";
import { makeLoop } from "./agent_loop.ts";

const unexpected = (error: unknown) => {
  throw error;
};

Deno.test("makeLoop() makes one piece of work of many wishes", async () => {
  let done = 0;
  const loop = makeLoop(() => Promise.resolve(++done > 0), { spacing: 0, onError: unexpected });
  for (let i = 0; i < 500; i++) loop.poke();
  assert.equal(loop.pending, true);
  await loop.settled();
  assert.deepEqual([done, loop.pending], [1, false]);
  loop.poke();
  await loop.settled();
  assert.equal(done, 2);
  await loop.stop();
});

Deno.test("makeLoop() does again what was asked for during the work, and never two at a time", async () => {
  let done = 0, together = 0, most = 0;
  const loop = makeLoop(async () => {
    most = Math.max(most, ++together);
    if (done < 3) loop.poke();
    await Promise.resolve();
    together--;
    return ++done > 0;
  }, { spacing: 0, onError: unexpected });
  loop.poke();
  await loop.settled();
  assert.deepEqual([done, most], [4, 1]);
  await loop.stop();
});

Deno.test("makeLoop() keeps its distance, and goes on after an error", async () => {
  const begun: number[] = [], errors: unknown[] = [];
  const loop = makeLoop(() => {
    begun.push(performance.now());
    return Promise.reject(new Error("no"));
  }, { spacing: 30, onError: (error) => errors.push(error) });
  loop.poke();
  await loop.settled();
  loop.poke();
  await loop.settled();
  assert.equal(errors.length, 2);
  assert(begun[1] - begun[0] >= 29, String(begun[1] - begun[0]));
  await loop.stop();
});

Deno.test("makeLoop() keeps no distance from work that came to nothing", async () => {
  let done = 0;
  const work = () => Promise.resolve(++done > 3);
  const loop = makeLoop(work, { spacing: 3_600_000, onError: unexpected });
  for (let i = 0; i < 3; i++) {
    loop.poke();
    await loop.settled();
  }
  assert.equal(done, 3);
  await loop.stop();
});

Deno.test("makeLoop() begins nothing once it is stopped", async () => {
  let done = 0;
  const loop = makeLoop(() => Promise.resolve(++done > 0), { spacing: 0, onError: unexpected });
  loop.poke();
  await loop.stop();
  loop.poke();
  await loop.settled();
  assert.equal(done, 0);
});

Deno.test("makeLoop() waits until the work may begin", async () => {
  let asked = 0, done = 0;
  const loop = makeLoop(() => Promise.resolve(++done > 0), {
    spacing: 0,
    mayBegin: () => ++asked > 2,
    onError: unexpected,
  });
  loop.poke();
  await loop.settled();
  assert.deepEqual([asked, done], [3, 1]);
  await loop.stop();
});
