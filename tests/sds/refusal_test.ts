import assert from "node:assert/strict";
import { until } from "../fakes/sds_scene.ts";
import { BOTH, makePair, withEveryEnvoy } from "./_bed.ts";

const HOST = "a.test";

withEveryEnvoy(
  "learns that Envoy refuses a pair, sends it to nobody any more, and the last good one is served on",
  { hosts: [HOST] },
  async (bed) => {
    const [good, other, next] = [await makePair(HOST), await makePair(HOST), await makePair(HOST)];
    bed.heard.atRefusal = () => bed.put(HOST, good);
    bed.put(HOST, good);
    await BOTH(bed);
    await bed.untilServed(HOST, good);
    bed.put(HOST, { pair: { ...other.pair, key: next.pair.key } });
    await until("Envoy has refused it", () => bed.heard.refused.length === 1);
    const [{ name, node, message }] = bed.heard.refused;
    assert.deepEqual([name, node], [HOST, "node-of-test"]);
    assert.match(message, /KEY_VALUES_MISMATCH/);
    await until("the last good one is taken", () => bed.server.pending() === 0);
    assert.equal(await bed.envoy.served(HOST), good.fingerprint);
    // The same again goes to nobody.
    bed.put(HOST, { pair: { ...other.pair, key: next.pair.key } });
    assert.equal(bed.server.status().names[0].withheld, true);
    bed.put(HOST, next);
    await bed.untilServed(HOST, next);
    assert.equal(bed.heard.refused.length, 1);
    assert.equal((await bed.envoy.stats("update_rejected"))[`sds.${HOST}.update_rejected`], 1);
  },
).forEach((test) => Deno.test(test));

withEveryEnvoy(
  "shows nothing of a key that Envoy repeats when it refuses a secret",
  { hosts: [HOST] },
  async (bed) => {
    const good = await makePair(HOST);
    bed.put(HOST, { pair: { ...good.pair, certificate: null } });
    await BOTH(bed);
    await until("Envoy has refused it", () => bed.heard.refused.length === 1);
    const key = Buffer.from(good.pair.key!.open()).toString();
    const [, line] = key.split("\n");
    const told = [bed.heard.refused, bed.log.lines, bed.server.status()];
    for (const one of told) assert.ok(!Deno.inspect(one, { depth: 20 }).includes(line.slice(0, 30)));
    bed.put(HOST, good);
    await bed.untilServed(HOST, good);
  },
).forEach((test) => Deno.test(test));
