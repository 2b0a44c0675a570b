import assert from "node:assert/strict";
import { plainLine } from "./_plain_line.ts";

Deno.test("plainLine() leaves no character that ends a line or moves a cursor", () => {
  assert.equal(plainLine("a\nREADY=1\r\x1b[2J\u2028b\u202ec\ud800", 100), "a?READY=1??[2J?b?c?");
});

Deno.test("plainLine() cuts by characters and says so", () => {
  assert.equal(plainLine("bücher.example", 14), "bücher.example");
  assert.equal(plainLine("😀😀😀😀", 3), "😀😀…");
});
