import assert from "node:assert/strict";
import fc from "fast-check";
import { readPemBlocks } from "./read_pem_blocks.ts";
import { text } from "./_test_material.ts";
import { toPem } from "./to_pem.ts";

Deno.test("toPem() writes lines of 64 letters", () => {
  const lines = String.fromCharCode(...toPem("X", new Uint8Array(49))).split("\n");
  assert.deepEqual(lines.map((line) => line.length), [17, 64, 4, 15, 0]);
});

Deno.test("readPemBlocks() reads back what toPem() writes", () => {
  fc.assert(fc.property(fc.uint8Array({ minLength: 1, maxLength: 300 }), (der) => {
    const { blocks, end } = readPemBlocks(toPem("A LABEL", der));
    assert.equal(blocks.length, 1);
    assert.equal(blocks[0].label, "A LABEL");
    assert.deepEqual(blocks[0].der, der);
    assert.equal(end.failure, "none");
  }));
});

Deno.test("readPemBlocks() gives offsets of blocks and stops at a damaged one", () => {
  const bytes = text(
    "hello\n-----BEGIN A-----\nAAAA\n-----END A-----\n\n-----BEGIN B-----\nAAA\n-----END B-----\n",
  );
  const { blocks, end } = readPemBlocks(bytes);
  assert.deepEqual([blocks.length, blocks[0].from, blocks[0].to], [1, 6, 45]);
  assert.deepEqual(end, { failure: "base64", detail: "PEM block 2 (unknown label): its base64 is damaged" });
});

Deno.test("readPemBlocks() takes what stands before the first blank line for headers", () => {
  const { blocks } = readPemBlocks(text("-----BEGIN A-----\nX: y\n\nAAAA\n\nAAAA\n-----END A-----\n"));
  assert.deepEqual([blocks[0].header, blocks[0].der.length], ["X: y\n", 6]);
});
