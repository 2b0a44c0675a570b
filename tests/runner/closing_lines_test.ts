import assert from "node:assert/strict";
import { closingLines, sum } from "./closing_lines.ts";

const test = (name: string) => ({ file: "a_test.ts", name });
const why = () => "envoy is missing (pip: not there)";

Deno.test("closingLines() ends with the bare counts", () => {
  const outcome = { passed: [test("a"), test("b")], failed: [], skipped: [] };
  assert.equal(closingLines(outcome, why).at(-1), "2 passed, 0 failed");
});

Deno.test("closingLines() names every failed and every skipped test, these with a reason", () => {
  const lines = closingLines({ passed: [], failed: [test("f")], skipped: [test("s")] }, why);
  assert.deepEqual(lines.filter((line) => line !== ""), [
    "Skipped:",
    "  a_test.ts: s: envoy is missing (pip: not there)",
    "Failed:",
    "  a_test.ts: f",
    "0 passed, 1 failed, 1 skipped",
  ]);
});

Deno.test("sum() adds the groups up", () => {
  const one = { passed: [test("a")], failed: [test("b")], skipped: [] };
  const { passed, failed, skipped } = sum([one, one]);
  assert.deepEqual([passed.length, failed.length, skipped.length], [2, 2, 0]);
});
