import assert from "node:assert/strict";
import { printable } from "./printable.ts";

Deno.test("printable() shows what would act on a terminal", () => {
  assert.equal(printable("a\x1b[31m\u0007\n\x9b2J\u202eb"), "a\\x1b[31m\\x07\\x0a\\x9b2J\\u202eb");
});

Deno.test("printable() leaves names of every script alone", () => {
  for (const name of ["üñï✓", "例え.テスト", "*.a.test", "a b", "\\x1b"]) assert.equal(printable(name), name);
});
