import assert from "node:assert/strict";
import type { TrustFacts } from "../model/mod.ts";
import { judgeTrust } from "./judge_trust.ts";
import { factsOf } from "./_test_facts.ts";

const bundle = (...dates: readonly (readonly [number, number])[]): TrustFacts => ({
  problem: null,
  members: dates.map(([notBefore, notAfter]) => ({
    facts: factsOf({ notBefore, notAfter }),
    pem: new Uint8Array(),
  })),
});

Deno.test("judgeTrust() keeps all members that have not expired", () => {
  const { verdict, keep } = judgeTrust(bundle([0, 100], [0, 300], [0, 200]), 50);
  assert.deepEqual(keep, [0, 1, 2]);
  assert.deepEqual([verdict.action, verdict.cause, verdict.edge], ["serve", "usable", 100]);
});

Deno.test("judgeTrust() leaves expired members out, each at its own edge", () => {
  const facts = bundle([0, 100], [0, 300], [0, 200]);
  const seen: unknown[] = [];
  for (let now: number | null = 50; now !== null;) {
    const { verdict, keep } = judgeTrust(facts, now);
    seen.push([now, verdict.action, keep]);
    now = verdict.edge;
  }
  assert.deepEqual(seen, [
    [50, "serve", [0, 1, 2]],
    [100, "serve", [1, 2]],
    [200, "serve", [1]],
    [300, "withhold", [0, 1, 2]],
  ]);
});

Deno.test("judgeTrust() withholds a bundle of expired members only", () => {
  const { verdict } = judgeTrust(bundle([0, 100]), 100);
  assert.deepEqual([verdict.action, verdict.reason], ["withhold", "Expired"]);
});

Deno.test("judgeTrust() counts the margin and can let expired members stay", () => {
  const facts = bundle([0, 100], [0, 200]);
  assert.deepEqual(judgeTrust(facts, 90, { margin: 10 }).keep, [1]);
  const { verdict, keep } = judgeTrust(facts, 500, { onExpired: "serve" });
  assert.deepEqual([verdict.action, verdict.edge, keep], ["serve", null, [0, 1]]);
});

Deno.test("judgeTrust() keeps members that are not valid yet", () => {
  const { verdict, keep } = judgeTrust(bundle([100, 200], [0, 60]), 70);
  assert.deepEqual([verdict.action, verdict.edge, keep], ["serve", 200, [0]]);
});

Deno.test("judgeTrust() withholds what Envoy does not load", () => {
  const problem = { cause: "trust_unreadable", detail: "PEM block 2" } as const;
  const { verdict, keep } = judgeTrust({ ...bundle([0, 100]), problem }, 50);
  assert.deepEqual(verdict, { action: "withhold", reason: "Unreadable", ...problem, edge: null });
  assert.deepEqual(keep, [0]);
});
