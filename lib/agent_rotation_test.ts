import assert from "node:assert/strict";
import { join } from "node:path";
import { answer, LATE, LIFETIME, MADE, RotationHost } from "../tests/fakes/rotation_host.ts";
import { configSchema } from "./resources/mod.ts";

const MINUTE = 60_000;
const DAY = 86_400_000;

/** When a tree of this host is due, by the rule in words: two thirds of the lifetime and the most of the jitter. */
const DUE = MADE - DAY + (0.67 + 0.05) * LIFETIME;

Deno.test("AgentRotation rotates at two thirds of the lifetime and its jitter, and not before", async () => {
  await using host = new RotationHost();
  host.wall = DUE - 2 * MINUTE;
  host.start();
  await host.pass(2 * MINUTE - 1000);
  assert.equal(host.attempts.length, 0);
  assert.equal(host.agent.status()?.dueAt, new Date(DUE).toISOString().replace(".000", ""));
  assert.equal(await host.metrics.sample("certgate_rotation_due_timestamp_seconds"), DUE / 1000);
  await host.pass(2000);
  assert.deepEqual(host.attempts, [{ kind: "rotate", mode: "staged", replaces: LATE }]);
  assert.equal(
    await host.metrics.sample('certgate_rotations_total{mode="staged",outcome="rotated"}'),
    1,
  );
  // The next authority has the other end of the jitter.
  const next = host.made - DAY + (0.67 - 0.05) * LIFETIME;
  assert.equal(await host.metrics.sample("certgate_rotation_due_timestamp_seconds"), next / 1000);
  await host.pass(10 * MINUTE);
  assert.equal(host.attempts.length, 1);
});

Deno.test("AgentRotation keeps the moment of an authority across restarts", async () => {
  await using host = new RotationHost();
  host.start();
  await host.pass(0);
  const due = host.agent.status()?.dueAt;
  await host.agent.stop();
  host.wall += 40 * DAY;
  host.start();
  await host.pass(0);
  assert.equal(host.agent.status()?.dueAt, due);
});

Deno.test("AgentRotation rotates once after a suspend over the moment, when the clock is steady", async () => {
  await using host = new RotationHost();
  host.start();
  await host.jump(DUE + 30 * DAY);
  assert.equal(host.attempts.length, 0);
  assert.match(host.agent.status()!.held, /has just jumped/);
  await host.pass(MINUTE);
  assert.equal(host.attempts.length, 1);
  await host.pass(10 * MINUTE);
  assert.equal(host.attempts.length, 1);
});

Deno.test("AgentRotation begins nothing by a clock that is not believed", async () => {
  await using host = new RotationHost();
  host.wall = DUE + DAY;
  host.doubt = "The clock of this host is wrong";
  host.start();
  await host.pass(10 * MINUTE);
  assert.equal(host.attempts.length, 0);
  assert.match(host.agent.status()!.held, /not believed/);
  assert.equal(host.log.sentences("warn").length, 1, "said once");
  host.doubt = "";
  await host.pass(MINUTE);
  assert.equal(host.attempts.length, 1);
});

Deno.test("AgentRotation waits on when the clock is set back, and looks on", async () => {
  await using host = new RotationHost();
  host.wall = DUE - MINUTE;
  host.start();
  await host.jump(DUE - 100 * DAY);
  await host.pass(10 * MINUTE);
  assert.equal(host.attempts.length, 0);
  host.begin();
  await host.pass(MINUTE);
  assert.deepEqual(host.attempts.map(({ kind }) => kind), ["finish"]);
});

Deno.test("AgentRotation never rotates while it is off, and shows what there is", async () => {
  await using host = new RotationHost();
  host.wall = MADE + 0.99 * LIFETIME;
  host.start({ automatic: false });
  await host.pass(30 * MINUTE);
  assert.equal(host.attempts.length, 0);
  const { dueAt, nearEnd, automatic } = host.agent.status()!;
  assert.deepEqual([dueAt, nearEnd, automatic], [null, true, false]);
  const expiry = (MADE - DAY + LIFETIME) / 1000;
  assert.equal(await host.metrics.sample("certgate_control_plane_ca_expiry_timestamp_seconds"), expiry);
  assert.equal(await host.metrics.sample("certgate_rotation_due_timestamp_seconds"), 0);
});

Deno.test("AgentRotation leaves what a command has begun to the command while it is off", async () => {
  await using host = new RotationHost();
  host.start({ automatic: false });
  host.begin();
  await host.pass(30 * MINUTE);
  assert.equal(host.attempts.length, 0);
  assert.deepEqual(host.agent.status()?.underWay, { mode: "staged", phase: "trust", own: false });
  assert.equal(await host.metrics.sample('certgate_rotation_phase{phase="trust"}'), 1);
});

Deno.test("AgentRotation.stop() ends a wait at once, and the next start goes on, also when it is off by then", async () => {
  await using host = new RotationHost();
  host.wall = DUE;
  const waiting = Promise.withResolvers<void>();
  host.next = async ({ signal }) => {
    host.begin();
    waiting.resolve();
    await new Promise((resolve) => signal.addEventListener("abort", resolve));
    return answer("interrupted");
  };
  host.start();
  await waiting.promise;
  await host.agent.stop();
  assert.equal(
    await host.metrics.sample('certgate_rotations_total{mode="staged",outcome="interrupted"}'),
    1,
  );
  host.next = () => host.renew();
  host.start({ automatic: false });
  await host.pass(0);
  assert.deepEqual(host.attempts.map(({ kind }) => kind), ["rotate", "finish"]);
  await assert.rejects(Deno.stat(join(host.stateDir, "rotation.json")), Deno.errors.NotFound);
});

Deno.test("AgentRotation tries again after failures, each time later, and shows them", async () => {
  await using host = new RotationHost();
  host.wall = DUE;
  host.next = () => answer("failed");
  host.start();
  const times: number[] = [];
  for (let passed = 0; passed < 8 * MINUTE; passed += 5000) {
    const before = host.attempts.length;
    await host.pass(5000);
    if (host.attempts.length > before) times.push(Math.round(passed / MINUTE));
  }
  assert.deepEqual(times, [0, 1, 3, 7], "after 1, 2 and 4 minutes");
  assert.equal(await host.metrics.sample("certgate_rotation_failing"), 1);
  const { failure } = host.agent.status()!;
  assert.deepEqual([failure?.message, failure?.tries], ["it failed", 4]);
  host.next = () => host.renew();
  await host.pass(8 * MINUTE);
  assert.equal(host.agent.status()?.failure, null);
  assert.equal(await host.metrics.sample("certgate_rotation_failing"), 0);
});

Deno.test("AgentRotation takes another one that is at it for no failure, and tries again", async () => {
  await using host = new RotationHost();
  host.wall = DUE;
  host.next = () => answer("busy");
  host.start();
  await host.pass(1000);
  assert.equal(host.agent.status()?.failure, null);
  assert.equal(await host.metrics.sample('certgate_rotations_total{mode="staged",outcome="busy"}'), 1);
  host.next = () => host.renew();
  await host.pass(MINUTE);
  assert.equal(host.attempts.length, 2);
  assert.deepEqual(host.log.sentences("error"), []);
});

Deno.test("AgentRotation.use() takes another configuration without waiting for what is under way", async () => {
  await using host = new RotationHost();
  host.wall = DUE;
  host.start({ automatic: false });
  await host.pass(0);
  assert.equal(host.attempts.length, 0);
  const end = Promise.withResolvers<void>();
  const begun = Promise.withResolvers<void>();
  host.next = async () => {
    begun.resolve();
    await end.promise;
    return host.renew();
  };
  host.agent.use(host.config({ mode: "single" }));
  await begun.promise;
  host.agent.use(configSchema.parse({ stateDir: host.stateDir }));
  assert.deepEqual(host.attempts.map(({ mode }) => mode), ["single"]);
  end.resolve();
  await host.agent.settled();
  assert.equal(host.agent.status(), undefined);
  assert.equal(await host.metrics.sample("certgate_control_plane_ca_expiry_timestamp_seconds"), 0);
  assert.equal(host.attempts.length, 1);
});
