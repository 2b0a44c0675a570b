import assert from "node:assert/strict";
import { readDuration } from "./read_duration.ts";

Deno.test("readDuration() reads numbers with their units", () => {
  const texts = ["0s", "500ms", "30s", "5m", "2h", "1m30s", "24h"];
  assert.deepEqual(texts.map(readDuration), [0, 500, 30_000, 300_000, 7_200_000, 90_000, 86_400_000]);
});

Deno.test("readDuration() refuses what could mean several things", () => {
  for (const text of ["30", "", "-1s", "1.5s", "s", "30 s", "1d", "25h", "1e3s", "9999999999s"]) {
    assert.throws(() => readDuration(text), /Expected/, text);
  }
});
