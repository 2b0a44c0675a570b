import assert from "node:assert/strict";
import { plainTable } from "./plain_table.ts";

Deno.test("plainTable() aligns columns by what is seen, and leaves no blank at the end of a line", () => {
  const rows = [["a", "\x1b[32mgreen\x1b[39m", "x"], ["日本", "b", ""]];
  assert.equal(
    plainTable(["ONE", "TWO", "THREE"], rows),
    "ONE   TWO    THREE\na     \x1b[32mgreen\x1b[39m  x\n日本  b\n",
  );
});

Deno.test("plainTable() without rows is its head", () => {
  assert.equal(plainTable(["ONE", "TWO"], []), "ONE  TWO\n");
});
