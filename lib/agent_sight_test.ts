import assert from "node:assert/strict";
import { Sight } from "./agent_sight.ts";
import type { ObjectKey, SourceHealth } from "./model/mod.ts";

const health = (source: string, up: boolean, pairs: number): SourceHealth => (
  { source, up, pairs, errors: {}, message: "", watching: true }
);
const names = new Map<ObjectKey, string>([["n/a", "/a/*"], ["n/b", "/a/*"], ["n/c", "/c"]]);

Deno.test("Sight takes a name for taken away where its source is in order, or is no source any more", () => {
  const sight = new Sight();
  const look = sight.look(names, [health("/a/*", true, 1)], 0);
  assert.deepEqual([look("n/a"), look("n/c"), look("n/unknown")], [null, null, null]);
});

Deno.test("Sight knows that a source which cannot be looked at hides its pairs, and a moment longer", () => {
  const sight = new Sight();
  const at = (up: boolean, now: number) => sight.look(names, [health("/c", up, 0)], now)("n/c");
  assert.deepEqual(at(false, 1000), { why: 'the source "/c" cannot be looked at', until: null });
  assert.deepEqual(at(true, 2000), { why: 'the source "/c" has just come back', until: 6000 });
  assert.equal(at(true, 6000), null, "a single pair may be taken away");
});

Deno.test("Sight does not believe that all pairs of a source were deleted at once", () => {
  const look = new Sight().look(names, [health("/a/*", true, 0), health("/c", true, 0)], 0);
  assert.deepEqual(look("n/a"), { why: 'every pair of the source "/a/*" is gone at once', until: null });
  assert.equal(look("n/c"), null);
});

Deno.test("Sight lets a source that was empty fill up again, pair by pair", () => {
  const sight = new Sight();
  const at = (pairs: number, now: number) => sight.look(names, [health("/a/*", true, pairs)], now)("n/b");
  at(0, 1000);
  assert.deepEqual(at(1, 2000), { why: 'the source "/a/*" has just come back', until: 6000 });
  assert.deepEqual(at(1, 500)?.until, 5500, "a clock that was set back makes it no longer");
  assert.equal(at(1, 6000), null);
});

Deno.test("Sight keeps the pairs of a source that has become another one, while that cannot be looked at", () => {
  const kept = new Map(names).set("n/resource", "");
  const sight = new Sight();
  const look = sight.look(kept, [health("/a/*", true, 2), health("/wrong", false, 0)], 0);
  assert.deepEqual(look("n/c"), { why: 'the source "/wrong" cannot be looked at', until: null });
  assert.deepEqual([look("n/a"), look("n/resource"), look("n/unknown")], [null, null, null]);
  const after = sight.look(kept, [health("/a/*", true, 2), health("/right", true, 0)], 1);
  assert.equal(after("n/c"), null);
});
