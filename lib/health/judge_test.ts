import assert from "node:assert/strict";
import fc from "fast-check";
import { CAUSES, type JudgeOptions, type Summary } from "../model/mod.ts";
import { judge } from "./judge.ts";

const START = Date.UTC(2026, 0, 1), END = Date.UTC(2026, 11, 31, 23, 59, 59);
const GOOD: Summary = { problem: null, notBefore: START, notAfter: END, temporary: false };
const brief = (summary: Summary, now: number, options?: JudgeOptions) => {
  const { action, cause, edge } = judge(summary, now, options);
  return [action, cause, edge];
};

Deno.test("judge() serves between the first moment and the last", () => {
  assert.deepEqual(brief(GOOD, START - 1), ["withhold", "not_yet_valid", START]);
  assert.deepEqual(brief(GOOD, START), ["serve", "usable", END]);
  assert.deepEqual(brief(GOOD, END - 1), ["serve", "usable", END]);
  assert.deepEqual(brief(GOOD, END), ["withhold", "expired", null]);
});

Deno.test("judge() counts the margin before the end", () => {
  const margin = 60_000;
  assert.deepEqual(brief(GOOD, END - 61_000, { margin }), ["serve", "usable", END - margin]);
  assert.deepEqual(brief(GOOD, END - 60_000, { margin }), ["withhold", "expired", null]);
  assert.deepEqual(brief(GOOD, END - 59_000, { margin }), ["withhold", "expired", null]);
});

Deno.test("judge() lets a problem beat the dates", () => {
  const problem = { cause: "key_mismatch", detail: "P-256 key, P-384 certificate" } as const;
  for (const now of [START - 1, START, END]) {
    const verdict = judge({ ...GOOD, problem, temporary: true }, now);
    assert.deepEqual(verdict, { action: "withhold", reason: "KeyMismatch", ...problem, edge: null });
  }
});

Deno.test("judge() withholds a temporary certificate as pending", () => {
  assert.deepEqual(judge({ ...GOOD, temporary: true }, START), {
    action: "withhold",
    reason: "Pending",
    cause: "temporary",
    detail: "",
    edge: null,
  });
});

Deno.test("judge() serves an expired pair where that is wanted, and says so", () => {
  assert.deepEqual(judge(GOOD, END, { onExpired: "serve" }), {
    action: "serve",
    reason: "Expired",
    cause: "expired",
    detail: "",
    edge: null,
  });
  assert.deepEqual(brief(GOOD, START - 1, { onExpired: "serve" }), ["withhold", "not_yet_valid", START]);
});

Deno.test("judge() never serves a certificate that ends before it begins", () => {
  const odd = { ...GOOD, notBefore: END, notAfter: START };
  assert.deepEqual(brief(odd, START - 1), ["withhold", "not_yet_valid", START]);
  assert.deepEqual(brief(odd, START), ["withhold", "expired", null]);
  assert.deepEqual(brief(odd, END), ["withhold", "expired", null]);
});

Deno.test("judge() has no edge where there are no dates", () => {
  assert.deepEqual(brief({ ...GOOD, notBefore: -Infinity, notAfter: Infinity }, START), [
    "serve",
    "usable",
    null,
  ]);
});

/** Contract: between two edges the verdict is the same, and at an edge it is another. */
Deno.test("judge() changes at its edges and nowhere else", () => {
  const time = fc.integer({ min: 0, max: 2000 });
  fc.assert(
    fc.property(time, time, time, fc.nat(100), fc.boolean(), (notBefore, notAfter, now, margin, serve) => {
      const summary = { ...GOOD, notBefore, notAfter };
      const options = { margin, onExpired: serve ? "serve" : "withhold" } as const;
      const { edge, ...verdict } = judge(summary, now, options);
      const at = (moment: number) => judge(summary, moment, options).cause;
      assert.equal(CAUSES[verdict.cause].reason, verdict.reason);
      for (let later = now; later < (edge ?? 2200); later++) assert.equal(at(later), verdict.cause);
      if (edge !== null) assert.ok(edge > now && at(edge) !== verdict.cause);
    }),
  );
});
