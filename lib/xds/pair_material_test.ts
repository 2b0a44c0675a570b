import assert from "node:assert/strict";
import { inspect } from "node:util";
import { pairMaterial } from "./pair_material.ts";
import { readSnapshot } from "./snapshot.ts";

const file = new URL("../../tests/fixtures/eg-1.9.0-one-gateway-41-hosts.pb.gz", import.meta.url);
const stream = (await Deno.open(file)).readable.pipeThrough(new DecompressionStream("gzip"));
const capture = new Uint8Array(await new Response(stream).arrayBuffer());

Deno.test("pairMaterial() has the identity that Envoy Gateway's own message has", () => {
  let pairs = 0;
  for (const { material } of readSnapshot(capture).secrets) {
    if (material.kind !== "pair") continue;
    pairs++;
    assert.deepEqual(Buffer.from(pairMaterial(material.pair).identity), Buffer.from(material.identity));
  }
  assert.equal(pairs, 41);
});

Deno.test("pairMaterial() prints nothing of the key", () => {
  const { material: original } = readSnapshot(capture).secrets[0];
  assert(original.kind === "pair");
  const key = Buffer.from(original.pair.key!.open()).toString();
  const material = pairMaterial(original.pair);
  const line = key.split("\n")[1];
  assert(!JSON.stringify(material).includes(line));
  assert(!inspect(material, { depth: 9 }).includes(line));
});
