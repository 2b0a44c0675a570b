import assert from "node:assert/strict";
import { DAY, intentOf, IssuanceScene } from "../fakes/issuance_scene.ts";

/** More steps than there are between two certificates; the last round is one without a crash. */
const MOST_STEPS = 60;

Deno.test("openIssuance() loses and asks twice for nothing, wherever the first issue is cut off", async () => {
  let crashed = true;
  let step = 0;
  for (; crashed; step++) {
    assert.ok(step < MOST_STEPS);
    await using scene = new IssuanceScene();
    // Whoever looks between two steps finds a whole pair, or none.
    scene.watch = async () => void await scene.served("a");
    await scene.open();
    scene.crashAt = step + 1;
    await scene.use(intentOf("a"));
    crashed = scene.steps >= scene.crashAt;
    await scene.served("a");
    await scene.restart(() => scene.crashAt = Infinity);
    await scene.use(intentOf("a"));
    assert.equal(scene.status().state, "Issued", `step ${step}`);
    assert.equal(scene.signed.get("a"), 1, `step ${step}`);
    assert.notEqual(await scene.served("a"), null, `step ${step}`);
  }
  assert.ok(step > 12, `${step} steps`);
});

Deno.test("openIssuance() serves the old pair or the new one, wherever a renewal is cut off", async () => {
  let crashed = true;
  let step = 0;
  for (; crashed; step++) {
    assert.ok(step < MOST_STEPS);
    await using scene = new IssuanceScene();
    await scene.open();
    await scene.use(intentOf("a"));
    scene.watch = async () => assert.notEqual(await scene.served("a"), null);
    scene.steps = 0;
    scene.crashAt = step + 1;
    await scene.advance(62 * DAY);
    crashed = scene.steps >= scene.crashAt;
    assert.notEqual(await scene.served("a"), null, `step ${step}`);
    await scene.restart(() => scene.crashAt = Infinity);
    await scene.use(intentOf("a"));
    assert.deepEqual([scene.status().state, scene.signed.get("a")], ["Issued", 2], `step ${step}`);
    const left = [...Deno.readDirSync(`${scene.output}/default/a`)].filter(({ name }) =>
      name.startsWith("..2")
    );
    if (!crashed) assert.equal(left.length, 1, "nothing is left over");
  }
  assert.ok(step > 12, `${step} steps`);
});

Deno.test("openIssuance() does not ask without end where the process ends in every attempt", async () => {
  await using scene = new IssuanceScene();
  await scene.open();
  for (let start = 0; start < 8; start++) {
    scene.answer = async (request) => {
      await request.onProgress?.("order");
      scene.crashAt = 0;
      throw new Error("the process has ended");
    };
    await scene.use(intentOf("a"));
    await scene.restart(() => scene.crashAt = Infinity);
  }
  await scene.use(intentOf("a"));
  assert.deepEqual([scene.asked.length, scene.status().state], [3, "Exhausted"]);
});

Deno.test("openIssuance() asks nobody again for an answer that is written down, also where there are no orders", async () => {
  let crashed = true;
  for (let step = 0; crashed; step++) {
    assert.ok(step < MOST_STEPS);
    await using scene = new IssuanceScene();
    scene.answer = (request) => scene.sign(request);
    let isWritten = false;
    // Storing begins when the answer is written down, unless the process has ended before.
    scene.onStep = (point) => {
      if (point === "before directory" && scene.steps < scene.crashAt) isWritten = true;
    };
    await scene.open();
    scene.crashAt = step + 1;
    await scene.use(intentOf("a"));
    crashed = scene.steps >= scene.crashAt;
    const mayAskOnce = isWritten;
    await scene.restart(() => scene.crashAt = Infinity);
    await scene.use(intentOf("a"));
    assert.equal(scene.status().state, "Issued", `step ${step}`);
    if (mayAskOnce) assert.equal(scene.signed.get("a"), 1, `step ${step}`);
    assert.ok(scene.signed.get("a")! <= 2);
  }
});

Deno.test("openIssuance() sees that a pair was stored where the disk took nothing else", async () => {
  await using scene = new IssuanceScene();
  await scene.open();
  scene.answer = (request) => {
    scene.onStep = (point) => {
      if (point === "before record") throw new Error("No space left on device (os error 28)");
    };
    return scene.sign(request);
  };
  await scene.use(intentOf("a"));
  assert.equal(scene.status().state, "Issued");
  await scene.restart();
  scene.onStep = () => {};
  await scene.use(intentOf("a"));
  assert.deepEqual([scene.asked.length, scene.status().state, scene.status().attempts], [1, "Issued", 0]);
  await scene.advance(62 * DAY);
  assert.equal(scene.asked.length, 2);
  assert.notDeepEqual(scene.requests[1].request, scene.requests[0].request, "the next one is with a new key");
});
