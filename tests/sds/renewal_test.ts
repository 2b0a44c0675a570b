import assert from "node:assert/strict";
import { until } from "../fakes/sds_scene.ts";
import { BOTH, makePair, withEveryEnvoy } from "./_bed.ts";

const [A, B] = ["a.test", "b.test"];
const UPDATES = "^(listener_manager|cluster_manager)\\..*(added|modified|removed|updated|create_failure)$";

withEveryEnvoy("renews one host, and nothing else in Envoy changes", { hosts: [A, B] }, async (bed) => {
  const [a, b] = [await makePair(A), await makePair(B)];
  bed.put(A, a);
  bed.put(B, b);
  await BOTH(bed);
  await bed.untilServed(A, a);
  await bed.untilServed(B, b);
  const [open, updates] = [await bed.envoy.connect(A), await bed.envoy.stats(UPDATES)];
  for (let i = 1; i <= 5; i++) {
    const renewed = await makePair(A);
    bed.put(A, renewed);
    await bed.untilServed(A, renewed);
  }
  await until("everything is taken", () => bed.server.pending() === 0);
  assert.deepEqual(await bed.envoy.stats(UPDATES), updates);
  assert.equal((await bed.envoy.stats(`^sds\\.${B}\\.update_success$`))[`sds.${B}.update_success`], 1);
  assert.equal(bed.heard.accepted.filter((line) => line.startsWith(`${B} `)).length, 1);
  // Who was connected before the first of them still is.
  const answer = new Promise((resolve) => open!.once("data", (bytes) => resolve(bytes.toString())));
  open!.write("still here");
  assert.equal(await answer, "still here");
  open!.destroy();
}).forEach((test) => Deno.test(test));
