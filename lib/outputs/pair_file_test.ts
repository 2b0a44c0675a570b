import assert from "node:assert/strict";
import { KeyMaterial } from "../model/mod.ts";
import { formatPair, parsePair } from "./pair_file.ts";

const bytes = (text: string) => new TextEncoder().encode(text);
const hash = "ab".repeat(32);
const kept = {
  namespace: "ns",
  name: "a",
  hash,
  source: "/s/*",
  pair: { certificate: bytes("c"), key: new KeyMaterial(bytes("k")), staple: new Uint8Array([0, 255]) },
};

Deno.test("parsePair() reads what formatPair() wrote", () => {
  const read = parsePair(formatPair(kept))!;
  assert.deepEqual([read.namespace, read.name, read.hash, read.source], ["ns", "a", hash, "/s/*"]);
  assert.deepEqual(read.pair.certificate, bytes("c"));
  assert.deepEqual(read.pair.key!.open(), bytes("k"));
  assert.deepEqual(read.pair.staple, new Uint8Array([0, 255]));
});

Deno.test("parsePair() keeps apart what is empty and what is not there", () => {
  const pair = { certificate: new Uint8Array(), key: null };
  const read = parsePair(formatPair({ ...kept, pair }))!;
  assert.deepEqual([read.pair.certificate, read.pair.key, read.pair.staple], [new Uint8Array(), null, null]);
});

Deno.test("parsePair() refuses what is damaged or of another version", () => {
  const text = new TextDecoder().decode(formatPair(kept));
  const others = [
    "",
    "{}",
    text.slice(0, -1),
    text.replace('"format":1', '"format":2'),
    text.replace(hash, "ab"),
    text.replace(/"key":"[^"]*"/, '"key":"***"'),
  ];
  for (const other of others) assert.equal(parsePair(bytes(other)), null, other);
  assert.equal(parsePair(new Uint8Array([0xff, 0xfe])), null);
});
