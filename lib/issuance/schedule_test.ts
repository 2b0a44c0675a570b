import assert from "node:assert/strict";
import fc from "fast-check";
import { isExhausted, nextAttempt, renewalTime, unitOf } from "./schedule.ts";

const DAY = 86_400_000;
const wishes = {
  renewAt: 0.67,
  jitter: 0,
  retryAfter: 60_000,
  renewBefore: null,
  renewBeforePercentage: null,
  unit: 0.5,
};
const times = { notBefore: 0, notAfter: 90 * DAY, issuedAt: 0 };
const none = { window: null, pulled: null };

Deno.test("unitOf() is the same for the same texts, and spread between 0 and 1", () => {
  assert.equal(unitOf("a/b", "01"), unitOf("a/b", "01"));
  assert.notEqual(unitOf("a/b", "01"), unitOf("a/b0", "1"));
  const many = Array.from({ length: 1000 }, (_, at) => unitOf(`${at}`));
  const mean = many.reduce((sum, unit) => sum + unit, 0) / 1000;
  assert.ok(many.every((unit) => unit >= 0 && unit < 1) && mean > 0.45 && mean < 0.55, `${mean}`);
});

Deno.test("renewalTime() takes the annotation before the configuration, unless it leaves nothing", () => {
  const at = (more: Partial<typeof wishes> | Record<string, number>) =>
    renewalTime(times, { ...wishes, ...more }, none).at / DAY;
  assert.ok(Math.abs(at({}) - 60.3) < 1e-6);
  assert.equal(at({ renewBefore: 10 * DAY }), 80);
  assert.equal(at({ renewBeforePercentage: 25 }), 67.5);
  assert.ok(Math.abs(at({ renewBefore: 90 * DAY }) - 60.3) < 1e-6);
  assert.ok(Math.abs(at({ jitter: 0.1 }) - 55.8) < 1e-6, "half of the jitter earlier");
});

Deno.test("renewalTime() counts the lifetime from when the pair was stored", () => {
  const old = { notBefore: 0, notAfter: 90 * DAY, issuedAt: 80 * DAY };
  assert.ok(renewalTime(old, wishes, none).at > 86 * DAY);
});

Deno.test("renewalTime() lets a window pull an annotation, but not push it", () => {
  const annotated = { ...wishes, renewBefore: 30 * DAY };
  const early = { start: 10 * DAY, end: 12 * DAY }, late = { start: 70 * DAY, end: 72 * DAY };
  assert.deepEqual(renewalTime(times, annotated, { window: early, pulled: null }), {
    at: 11 * DAY,
    pulled: true,
  });
  assert.deepEqual(renewalTime(times, annotated, { window: late, pulled: null }), {
    at: 60 * DAY,
    pulled: false,
  });
  assert.deepEqual(renewalTime(times, wishes, { window: late, pulled: null }), {
    at: 71 * DAY,
    pulled: false,
  });
  const wrong = { start: 400 * DAY, end: 500 * DAY };
  assert.equal(
    renewalTime(times, wishes, { window: wrong, pulled: null }).at,
    81 * DAY,
    "never after the end",
  );
});

Deno.test("renewalTime() is before the end, after storing, and no window pulls twice", () => {
  const time = fc.integer({ min: -200, max: 400 }).map((days) => days * DAY / 2);
  const window = fc.record({ start: time, end: time });
  const input = fc.record({
    notBefore: time,
    life: fc.integer({ min: 1, max: 800 * 24 }).map((hours) => hours * 3_600_000),
    age: fc.double({ min: 0, max: 0.99, noNaN: true }),
    unit: fc.double({ min: 0, max: 1, noNaN: true }),
    jitter: fc.double({ min: 0, max: 0.1, noNaN: true }),
    renewBefore: fc.option(fc.integer({ min: 1, max: 800 * 24 }).map((hours) => hours * 3_600_000)),
    window: fc.option(window),
    pulledAt: time,
  });
  fc.assert(fc.property(input, ({ notBefore, life, age, window, pulledAt, ...rest }) => {
    const pair = { notBefore, notAfter: notBefore + life, issuedAt: notBefore + life * age };
    const all = { ...wishes, ...rest };
    for (const pulled of [null, ...window === null ? [] : [{ ...window, at: pulledAt }]]) {
      const renewal = renewalTime(pair, all, { window, pulled });
      assert.ok(renewal.at >= pair.issuedAt + wishes.retryAfter);
      assert.ok(renewal.at <= Math.max(pair.notAfter, pair.issuedAt + wishes.retryAfter));
      if (pulled !== null) assert.equal(renewal.at, renewalTime(pair, all, none).at);
    }
  }));
});

Deno.test("nextAttempt() doubles, pauses after the budget, and obeys the issuer for a month at most", () => {
  const options = { attempts: 3, pause: DAY, retryAfter: 60_000, unit: 0, retryAt: null };
  assert.deepEqual([1, 2, 3, 4].map((failed) => nextAttempt(failed, 0, options)), [
    60_000,
    120_000,
    DAY,
    60_000,
  ]);
  assert.deepEqual([1, 2, 3, 4].map((failed) => isExhausted(failed, options)), [false, false, true, false]);
  assert.equal(nextAttempt(1, 0, { ...options, retryAt: 3 * DAY }), 3 * DAY);
  assert.equal(nextAttempt(1, 0, { ...options, retryAt: 1000 }), 60_000, "never sooner than the back-off");
  assert.equal(nextAttempt(1, 0, { ...options, retryAt: 900 * DAY }), 31 * DAY);
});
