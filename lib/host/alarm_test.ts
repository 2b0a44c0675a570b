import assert from "node:assert/strict";
import { Alarm } from "./alarm.ts";

const DAY = 86_400_000;

/** Time that a test moves: both clocks and the timers that count on the monotonic one. */
class World {
  wall = Date.parse("2030-01-01T00:00:00Z");
  monotonic = 0;
  waits: number[] = [];
  #timers: { at: number; ring: () => void }[] = [];
  jumps: number[] = [];
  rung: number[] = [];
  readonly alarm = new Alarm({
    clock: () => this.wall,
    monotonic: () => this.monotonic,
    setTimer: (ring, milliseconds) => {
      this.waits.push(milliseconds);
      const timer = { at: this.monotonic + milliseconds, ring };
      this.#timers.push(timer);
      return () => this.#timers = this.#timers.filter((other) => other !== timer);
    },
    onJump: (milliseconds) => this.jumps.push(milliseconds),
  });

  set(time: number): void {
    this.alarm.set(time, () => this.rung.push(this.wall - time));
  }

  /** Lets time pass. */
  pass(milliseconds: number): void {
    const end = this.monotonic + milliseconds;
    for (;;) {
      const next = this.#timers.filter(({ at }) => at <= end).sort((a, b) => a.at - b.at)[0];
      this.#move((next?.at ?? end) - this.monotonic);
      if (next === undefined) return;
      this.#timers = this.#timers.filter((timer) => timer !== next);
      next.ring();
    }
  }

  #move(milliseconds: number): void {
    this.wall += milliseconds;
    this.monotonic += milliseconds;
  }

  get pending(): number {
    return this.#timers.length;
  }
}

Deno.test("Alarm rings at its time, once, and never early", () => {
  const world = new World();
  world.set(world.wall + 12_345);
  world.pass(12_344);
  assert.deepEqual(world.rung, []);
  world.pass(1);
  assert.deepEqual(world.rung, [0]);
  world.pass(60_000);
  assert.deepEqual(world.rung, [0]);
  assert.deepEqual(world.jumps, []);
});

Deno.test("Alarm rings beyond the 24 days that a timer holds, and never waits longer than seconds", () => {
  const world = new World();
  world.set(world.wall + 60 * DAY);
  world.pass(60 * DAY - 1);
  assert.deepEqual(world.rung, []);
  world.pass(1);
  assert.deepEqual(world.rung, [0]);
  assert.ok(world.waits.every((wait) => wait <= 5000));
});

Deno.test("Alarm rings within seconds after the clock was set forward or the machine has slept", () => {
  const world = new World();
  world.set(world.wall + DAY);
  world.pass(1000);
  world.wall += 2 * DAY;
  world.pass(5000);
  assert.equal(world.rung.length, 1);
  assert.deepEqual(world.jumps, [2 * DAY]);
});

Deno.test("Alarm does not ring when the clock was set back, until it says so again", () => {
  const world = new World();
  world.set(world.wall + 10_000);
  world.pass(6000);
  world.wall -= 3_600_000;
  world.pass(10_000);
  assert.deepEqual([world.rung, world.jumps], [[], [-3_600_000]]);
  world.pass(3_600_000);
  assert.deepEqual(world.rung, [0]);
});

Deno.test("Alarm notices jumps with no time to wait for, and not what a time server corrects", () => {
  const world = new World();
  world.pass(20_000);
  world.wall += 1999;
  world.pass(5000);
  assert.deepEqual(world.jumps, []);
  world.wall -= 2001;
  world.pass(5000);
  assert.deepEqual(world.jumps, [-2001]);
});

Deno.test("Alarm takes a new time for the old one, also from within its ring, and none with null", () => {
  const world = new World();
  const rung: string[] = [];
  world.alarm.set(world.wall + 1000, () => rung.push("old"));
  world.alarm.set(world.wall + 2000, () => {
    rung.push("first");
    world.alarm.set(world.wall + 500, () => rung.push("second"));
  });
  world.pass(10_000);
  assert.deepEqual(rung, ["first", "second"]);
  world.alarm.set(world.wall + 10, () => rung.push("never"));
  world.alarm.set(null, () => rung.push("never"));
  world.pass(DAY);
  assert.deepEqual(rung, ["first", "second"]);
});

Deno.test("Alarm rings for a time that has passed at the next turn, not within set()", () => {
  const world = new World();
  world.set(world.wall - DAY);
  assert.deepEqual(world.rung, []);
  world.pass(0);
  assert.deepEqual(world.rung, [DAY]);
});

Deno.test("Alarm makes no loop of waits of no length out of a timer that is a little early", () => {
  const world = new World();
  world.set(world.wall + 0.25);
  assert.equal(world.waits.at(-1), 1);
});

Deno.test("Alarm leaves no timer behind", () => {
  const world = new World();
  world.set(world.wall + 1000);
  assert.equal(world.pending, 1);
  world.alarm.close();
  world.set(world.wall + 1000);
  assert.equal(world.pending, 0);
  world.pass(DAY);
  assert.deepEqual(world.rung, []);
});

Deno.test("Alarm rings with the timers and clocks of the runtime", async () => {
  const { promise, resolve } = Promise.withResolvers<number>();
  const alarm = new Alarm({ clock: Date.now });
  const time = Date.now() + 20;
  // The alarm's own timer does not keep a program running.
  const alive = setTimeout(() => {}, 10_000);
  alarm.set(time, () => resolve(Date.now()));
  assert.ok(await promise >= time);
  clearTimeout(alive);
  alarm.close();
});
