import assert from "node:assert/strict";
import { until } from "../fakes/sds_scene.ts";
import { BOTH, makePair, withEveryEnvoy } from "./_bed.ts";

const [A, B] = ["a.test", "b.test"];
const PUSHES = 'certgate_sds_pushes_total{kind="pair"}';

withEveryEnvoy(
  "is missed by nobody while it is restarted, sends nothing twice, and what changed meanwhile once",
  { hosts: [A, B] },
  async (bed) => {
    const [a, b, renewed] = [await makePair(A), await makePair(B), await makePair(A)];
    bed.put(A, a);
    bed.put(B, b);
    await BOTH(bed);
    await bed.untilServed(A, a);
    await bed.untilServed(B, b);
    await bed.closeServer();
    assert.equal(await bed.envoy.served(A), a.fingerprint);
    await bed.openServer();
    await until(
      "Envoy asks again",
      () => bed.server.status().names.every(({ acceptedBy }) => acceptedBy === 1),
    );
    assert.equal(await bed.metrics.sample(PUSHES), 2);
    await bed.closeServer();
    bed.put(A, renewed);
    await bed.openServer();
    await bed.untilServed(A, renewed);
    await until("Envoy asks for both again", () => bed.server.isSubscribed(B));
    assert.equal(await bed.metrics.sample(PUSHES), 3);
    assert.equal(await bed.envoy.served(B), b.fingerprint);
  },
).forEach((test) => Deno.test(test));

withEveryEnvoy("gives an Envoy that starts again everything", { hosts: [A] }, async (bed) => {
  const a = await makePair(A);
  bed.put(A, a);
  await BOTH(bed);
  await bed.untilServed(A, a);
  await bed.stopEnvoy();
  await until("it is gone", () => bed.server.status().clients.length === 0);
  await bed.startEnvoy();
  await bed.untilServed(A, a);
}).forEach((test) => Deno.test(test));

withEveryEnvoy("serves an Envoy that was there before it", { hosts: [A] }, async (bed) => {
  const a = await makePair(A);
  bed.put(A, a);
  await bed.startEnvoy();
  assert.equal(await bed.envoy.served(A), null);
  await bed.openServer();
  await bed.untilServed(A, a);
}).forEach((test) => Deno.test(test));
