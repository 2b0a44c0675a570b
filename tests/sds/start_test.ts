import assert from "node:assert/strict";
import { until } from "../fakes/sds_scene.ts";
import { BOTH, makePair, withEveryEnvoy } from "./_bed.ts";

const [A, B, NONE] = ["a.test", "b.test", "none.test"];

withEveryEnvoy(
  "serves every host that has a pair, does not wait for one that has none, and serves that when it comes",
  { hosts: [A, NONE, B] },
  async (bed) => {
    const [a, b, late] = [await makePair(A), await makePair(B), await makePair(NONE)];
    bed.put(A, a);
    bed.put(B, b);
    await BOTH(bed);
    await bed.untilServed(A, a);
    await bed.untilServed(B, b);
    // It has not come to that because Envoy was tired of waiting.
    assert.deepEqual(await bed.envoy.stats("init_fetch_timeout"), {});
    assert.equal(await bed.envoy.served(NONE), null);
    assert.deepEqual(bed.heard.unknown, [NONE]);
    assert.deepEqual(bed.heard.refused, []);
    bed.put(NONE, late);
    await bed.untilServed(NONE, late);
    // Gone from the book, an Envoy goes on with what it has.
    bed.book.remove(NONE);
    bed.put(A, late);
    await bed.untilServed(A, late);
    assert.equal(await bed.envoy.served(NONE), late.fingerprint);
    await until("everything is taken", () => bed.server.pending() === 0);
  },
).forEach((test) => Deno.test(test));
