import assert from "node:assert/strict";
import { FakeLog } from "../tests/fakes/fake_log.ts";
import { type NudgeCause, Nudger } from "./agent_nudger.ts";

/** Timers that ring when the test says so. */
class Timers {
  readonly waiting: { ring: () => void; after: number }[] = [];

  readonly set = (ring: () => void, after: number) => {
    const entry = { ring, after };
    this.waiting.push(entry);
    return () => void this.#remove(entry);
  };

  #remove(entry: { ring: () => void; after: number }): void {
    const at = this.waiting.indexOf(entry);
    if (at >= 0) this.waiting.splice(at, 1);
  }

  /** Rings the only one, and says how long it had been set for. */
  ring(): number {
    assert.equal(this.waiting.length, 1);
    const [entry] = this.waiting.splice(0);
    entry.ring();
    return entry.after;
  }
}

function makeNudger(count = 7) {
  const timers = new Timers();
  const nudged: NudgeCause[] = [];
  const time = { now: 0 };
  const nudger = new Nudger(count, {
    log: new FakeLog(),
    onNudge: (cause) => nudged.push(cause),
    setTimer: timers.set,
    monotonic: () => time.now,
  });
  return { timers, nudged, nudger, time };
}

Deno.test("Nudger nudges once after a start that published nothing new and brought no call", () => {
  const { timers, nudged, nudger } = makeNudger();
  nudger.published(false);
  timers.ring();
  nudger.published(true);
  nudger.published(false);
  assert.deepEqual([nudged, nudger.count, timers.waiting.length], [["start"], 8, 0]);
});

Deno.test("Nudger needs no nudge where a call came, or where something new was published", () => {
  const called = makeNudger();
  called.nudger.published(false);
  called.nudger.answered(0);
  assert.equal(called.timers.waiting.length, 1, "a call without a CertState tells nothing");
  called.nudger.answered(1);
  assert.equal(called.timers.waiting.length, 0);
  const fresh = makeNudger();
  fresh.nudger.published(true);
  assert.deepEqual([fresh.timers.waiting.length, fresh.nudger.count], [0, 7]);
});

Deno.test("Nudger nudges after errors, ever more seldom, whatever other calls come to", () => {
  const { timers, nudged, nudger, time } = makeNudger();
  const waits: number[] = [];
  for (let i = 0; i < 8; i++) {
    nudger.failed();
    nudger.failed();
    nudger.answered(1);
    waits.push(timers.ring());
  }
  assert.deepEqual(waits, [1000, 2000, 4000, 8000, 16_000, 32_000, 60_000, 60_000]);
  assert.equal(nudged.length, 8);
  time.now += 120_001;
  nudger.failed();
  assert.equal(timers.ring(), 1000, "a quiet time ends the back-off");
});

Deno.test("Nudger nudges soon after an error where other rules hold than for the errors before", () => {
  const { timers, nudger } = makeNudger();
  const fail = () => {
    nudger.failed();
    return timers.ring();
  };
  assert.deepEqual([fail(), fail(), fail()], [1000, 2000, 4000]);
  nudger.failed();
  nudger.renewed();
  // What is published in its place makes Envoy Gateway call.
  assert.equal(timers.waiting.length, 0);
  assert.equal(fail(), 1000);
});

Deno.test("Nudger ends all waiting", () => {
  const { timers, nudger } = makeNudger();
  nudger.published(false);
  nudger.failed();
  nudger.stop();
  assert.equal(timers.waiting.length, 0);
});

Deno.test("Nudger nudges once for a change that no call brings, and not at all for one that is shown", () => {
  const { timers, nudged, nudger } = makeNudger();
  nudger.behind(10, { shownOlder: false, usual: 0 });
  nudger.behind(10, { shownOlder: false, usual: 0 });
  assert.equal(timers.ring(), 15_000);
  nudger.behind(10, { shownOlder: false, usual: 0 });
  assert.deepEqual([nudged, timers.waiting.length], [["change"], 0]);
  nudger.behind(20, { shownOlder: false, usual: 9000 });
  assert.equal(timers.waiting[0].after, 18_000, "one that takes its time is given it");
  nudger.caughtUp();
  assert.equal(timers.waiting.length, 0);
});

Deno.test("Nudger nudges soon, then ever more seldom, where calls bring something older than the change", () => {
  const { timers, nudged, nudger } = makeNudger();
  nudger.behind(10, { shownOlder: false, usual: 0 });
  const waits = Array.from({ length: 7 }, () => {
    nudger.behind(10, { shownOlder: true, usual: 0 });
    nudger.behind(10, { shownOlder: true, usual: 0 });
    return timers.ring();
  });
  assert.deepEqual(waits, [2000, 4000, 8000, 16_000, 32_000, 60_000, 60_000]);
  nudger.behind(30, { shownOlder: true, usual: 0 });
  assert.equal(timers.ring(), 2000, "another change begins anew");
  assert.equal(nudged.length, 8);
});
