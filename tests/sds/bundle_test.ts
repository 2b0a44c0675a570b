import assert from "node:assert/strict";
import { until } from "../fakes/sds_scene.ts";
import { BOTH, type Made, makePair, withEveryEnvoy } from "./_bed.ts";

const [HOST, TRUST] = ["a.test", "trust/default/clients"];

const shows = ({ pair }: Made) => ({
  cert: Buffer.from(pair.certificate),
  key: Buffer.from(pair.key!.open()),
});

withEveryEnvoy(
  "changes the authorities of clients while both are connected, and lets nobody in where there are none",
  { hosts: [HOST], trust: TRUST },
  async (bed) => {
    const [host, before, after] = [await makePair(HOST), await makePair("before"), await makePair("after")];
    bed.put(HOST, host);
    await BOTH(bed);
    await until("the bundle was asked for", () => bed.heard.unknown.includes(TRUST));
    await until("the pair was taken", () => bed.heard.accepted.length === 1);
    for (const own of [{}, shows(before)]) assert.equal(await bed.envoy.served(HOST, own), null);
    const lets = async (own: Made) => await bed.envoy.served(HOST, shows(own)) === host.fingerprint;
    bed.putBundle(TRUST, before);
    await until("clients of the first get in", () => lets(before));
    assert.equal(await lets(after), false);
    assert.equal(await bed.envoy.served(HOST), null);
    const first = await bed.envoy.connect(HOST, shows(before));
    bed.putBundle(TRUST, before, after);
    await until("clients of the second get in", () => lets(after));
    const second = await bed.envoy.connect(HOST, shows(after));
    assert.ok(await lets(before));
    bed.putBundle(TRUST, after);
    await until("clients of the first get in no more", async () => !await lets(before));
    assert.ok(await lets(after));
    for (const socket of [first!, second!]) {
      const answer = new Promise((resolve) => socket.once("data", (bytes) => resolve(bytes.toString())));
      socket.write("still here");
      assert.equal(await answer, "still here");
      socket.destroy();
    }
    assert.deepEqual(bed.heard.refused, []);
  },
).forEach((test) => Deno.test(test));
