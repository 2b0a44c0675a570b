import assert from "node:assert/strict";
import { trustedTime } from "./trusted_time.ts";

const RELEASED = Date.UTC(2026, 10, 1), DAY = 86_400_000;
const bounds = { released: RELEASED, lastSeen: null, runningFor: 0 };

Deno.test("trustedTime() believes a clock that may be right", () => {
  assert.deepEqual(trustedTime(RELEASED + DAY, bounds), { now: RELEASED + DAY, doubt: "" });
  const ahead = RELEASED + 400 * DAY;
  assert.deepEqual(trustedTime(ahead, { ...bounds, lastSeen: RELEASED + DAY }), { now: ahead, doubt: "" });
});

Deno.test("trustedTime() does not go back before the release", () => {
  const { now, doubt } = trustedTime(0, bounds);
  assert.equal(now, RELEASED);
  assert.equal(doubt, "The clock of this host says 1970-01-01 00:00 UTC, which is before this release");
});

Deno.test("trustedTime() holds on to what an earlier run wrote down, for ten minutes", () => {
  const lastSeen = RELEASED + 30 * DAY, clock = RELEASED + DAY;
  assert.equal(trustedTime(clock, { ...bounds, lastSeen }).now, lastSeen);
  assert.equal(trustedTime(clock, { ...bounds, lastSeen, runningFor: 600_000 }).now, clock);
  const setRight = lastSeen - DAY;
  assert.equal(trustedTime(setRight, { ...bounds, lastSeen }).now, setRight);
});
