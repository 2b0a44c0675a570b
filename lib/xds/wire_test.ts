import assert from "node:assert/strict";
import { WireReader } from "./_wire.ts";

/** Every field as `number:wire[from,to)`, and `!` at the end if the walk broke off. */
function fields(...bytes: number[]): string {
  const walk = new WireReader(Uint8Array.from(bytes));
  const seen: string[] = [];
  while (walk.next()) seen.push(`${walk.field}:${walk.wire}[${walk.from},${walk.to})`);
  return seen.join(" ") + (walk.malformed ? " !" : "");
}

const TEN = [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff];

Deno.test("WireReader walks over every wire type", () => {
  assert.equal(fields(0x08, 0x96, 0x01), "1:0[1,3)");
  assert.equal(fields(0x0a, 0x02, 0x61, 0x62), "1:2[2,4)");
  assert.equal(fields(0x09, 1, 2, 3, 4, 5, 6, 7, 8), "1:1[1,9)");
  assert.equal(fields(0x0d, 1, 2, 3, 4), "1:5[1,5)");
  assert.equal(fields(0xca, 0x01, 0x01, 0x61), "25:2[3,4)");
  assert.equal(fields(), "");
});

Deno.test("WireReader skips groups, nested ones and what is in them", () => {
  assert.equal(fields(0x0b, 0x10, 0x01, 0x0c, 0x18, 0x01), "1:3[1,4) 3:0[5,6)");
  assert.equal(fields(0x0b, 0x13, 0x1a, 0x01, 0x0c, 0x14, 0x0c), "1:3[1,7)");
});

Deno.test("WireReader takes tags and lengths that are longer than needed", () => {
  assert.equal(fields(0x8a, 0x00, 0x81, 0x00, 0x61), "1:2[4,5)");
});

Deno.test("WireReader breaks off at the first thing that cannot be read", () => {
  const hostile: Record<string, number[]> = {
    "field number 0": [0x02, 0x00],
    "wire type 6": [0x0e],
    "wire type 7": [0x0f],
    "end of a group that nobody opened": [0x0c],
    "group without an end": [0x0b, 0x10, 0x01],
    "group with the end of another": [0x0b, 0x14],
    "group with an unknown wire type in it": [0x0b, 0x0e, 0x0c],
    "group with a field that leaves the message": [0x0b, 0x12, 0x7f, 0x0c],
    "tag that is cut short": [0x8a],
    "tag over 32 bits": [0xfa, 0xff, 0xff, 0xff, 0x7f, 0x00],
    "length that is cut short": [0x0a],
    "length that leaves the message": [0x0a, 0x02, 0x61],
    "length of 64 bits": [0x0a, ...TEN, 0x01],
    "varint that is cut short": [0x08, 0xff],
    "varint of eleven bytes": [0x08, ...TEN, 0xff, 0x01],
    "varint of 65 bits": [0x08, ...TEN, 0x02],
    "fixed 64 that is cut short": [0x09, 1, 2, 3],
    "fixed 32 that is cut short": [0x0d, 1],
  };
  for (const [what, bytes] of Object.entries(hostile)) assert.equal(fields(...bytes), " !", what);
  assert.equal(fields(0x08, ...TEN, 0x01), "1:0[1,11)");
  assert.equal(fields(0x0a, 0x00, 0x0e), "1:2[2,2) !");
});

Deno.test("WireReader is not ended by groups in groups", () => {
  const walk = new WireReader(new Uint8Array(200_000).fill(0x0b));
  assert.equal(walk.next(), false);
  assert.equal(walk.malformed, true);
});
