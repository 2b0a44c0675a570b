import assert from "node:assert/strict";
import { sampleControlPlane } from "../../tests/fakes/control_plane_status.ts";
import { listControlPlaneTroubles } from "./control_plane_troubles.ts";

const of = (changes: Parameters<typeof sampleControlPlane>[0]) =>
  listControlPlaneTroubles(sampleControlPlane(changes));

Deno.test("listControlPlaneTroubles() says nothing while all is well, or nothing is watched", () => {
  assert.deepEqual(of({}), []);
  assert.deepEqual(listControlPlaneTroubles(undefined), []);
});

Deno.test("listControlPlaneTroubles() names an authority near its end, and one that has ended", () => {
  const [near] = of({ nearEnd: true });
  assert.deepEqual([near.level, near.message], [
    "attention",
    "The authority of Envoy Gateway ends on 2031-01-01 00:00 UTC",
  ]);
  assert.match(near.hint, /^set rotation.automatic/);
  const [ended] = of({ nearEnd: true, expired: true, automatic: true });
  assert.deepEqual([ended.level, /has ended on/.test(ended.message)], ["failed", true]);
});

Deno.test("listControlPlaneTroubles() tells who goes on with a rotation under way", () => {
  const [own] = of({ underWay: { mode: "staged", phase: "trust", own: true } });
  assert.deepEqual([own.message, own.hint], [
    "A rotation is under way (staged), both authorities are made known",
    "",
  ]);
  const [other] = of({ underWay: { mode: "staged", phase: "leaves", own: false } });
  assert.match(other.hint, /certgen --config-home \/etc\/envoy-gateway --staged goes on with it/);
});

Deno.test("listControlPlaneTroubles() says why a rotation has failed or waits, and what is broken", () => {
  const failure = { message: "No space", hint: "make room", at: "2030-01-01T00:00:00Z", tries: 3 };
  const [failed, ...more] = of({ failure, held: "the attempt before it has failed" });
  assert.deepEqual([failed.message, failed.hint], ["The rotation has failed 3 times: No space", "make room"]);
  assert.deepEqual(more, []);
  assert.match(of({ held: "the clock has jumped" })[0].message, /is due and waits: the clock has jumped/);
  assert.match(
    of({ problem: "envoy/tls.key is missing" })[0].message,
    /not whole: envoy\/tls.key is missing/,
  );
});
