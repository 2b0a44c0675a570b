import assert from "node:assert/strict";
import { join } from "node:path";
import { FakeLog } from "../../tests/fakes/fake_log.ts";
import type { BareCondition, GateStatus } from "../model/mod.ts";
import { openStatusKeeper, type StatusKeeper } from "./status_keeper.ts";

const START = Date.UTC(2026, 0, 2, 3, 4, 5, 678);
const bare = (status: BareCondition["status"], reason = "R", type = "Programmed"): BareCondition => ({
  type,
  status,
  reason,
  message: "",
});

const status = { time: "2026-01-02T03:04:05Z", listeners: [], converged: false } as unknown as GateStatus;

async function bed(
  use: (bed: {
    dir: string;
    log: FakeLog;
    time: { now: number };
    open: () => Promise<StatusKeeper>;
    writes: () => Promise<number | null>;
  }) => Promise<void>,
) {
  const dir = await Deno.makeTempDir();
  const log = new FakeLog(), time = { now: START };
  const open = () => openStatusKeeper({ stateDir: dir, log, clock: () => time.now });
  const writes = async () => (await Deno.stat(join(dir, "conditions.json"))).ino;
  try {
    await use({ dir, log, time, open, writes });
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
}

Deno.test("openStatusKeeper() gives a condition the time at which its status changed, across restarts", () =>
  bed(async ({ open, time }) => {
    const keeper = await open();
    const [first] = keeper.stamp("listener a", [bare("True")], 3);
    assert.deepEqual(first, {
      ...bare("True"),
      observedGeneration: 3,
      lastTransitionTime: "2026-01-02T03:04:05Z",
    });
    time.now += 60_000;
    assert.equal(
      keeper.stamp("listener a", [bare("True", "Other")], 4)[0].lastTransitionTime,
      first.lastTransitionTime,
    );
    assert.equal(keeper.stamp("listener b", [bare("True")], 1)[0].lastTransitionTime, "2026-01-02T03:05:05Z");
    await keeper.settled();
    time.now += 60_000;
    const again = await open();
    assert.equal(
      again.stamp("listener a", [bare("True")], 4)[0].lastTransitionTime,
      first.lastTransitionTime,
    );
    const later = "2026-01-02T03:06:05Z";
    assert.equal(again.stamp("listener a", [bare("False")], 4)[0].lastTransitionTime, later);
    const [, second] = again.stamp("listener a", [bare("False"), bare("False", "R", "Accepted")], 4);
    assert.equal(second.lastTransitionTime, later);
    await again.settled();
  }));

Deno.test("openStatusKeeper() counts the changes of a spec, across restarts", () =>
  bed(async ({ open }) => {
    const keeper = await open();
    assert.equal(keeper.generation("Gateway ns/a", { b: 1, c: [1, { d: 2, e: 3 }] }), 1);
    assert.equal(keeper.generation("Gateway ns/a", { c: [1, { e: 3, d: 2 }], b: 1 }), 1);
    assert.equal(keeper.generation("Gateway ns/a", { b: 2 }), 2);
    assert.equal(keeper.generation("Gateway ns/b", null), 1);
    await keeper.settled();
    const again = await open();
    assert.equal(again.generation("Gateway ns/a", { b: 2 }), 2);
    assert.equal(again.generation("Gateway ns/a", { b: 1 }), 3);
    await again.settled();
  }));

Deno.test("openStatusKeeper() forgets what is no more", () =>
  bed(async ({ open, time }) => {
    const keeper = await open();
    for (const name of ["a", "b"]) {
      keeper.stamp(name, [bare("True")], 1);
      keeper.generation(name, 1);
    }
    keeper.retain(new Set(["a", "b"]));
    keeper.generation("a", 2);
    keeper.retain(new Set(["a"]));
    time.now += 1000;
    assert.equal(keeper.stamp("a", [bare("True")], 1)[0].lastTransitionTime, "2026-01-02T03:04:05Z");
    assert.equal(keeper.stamp("b", [bare("True")], 1)[0].lastTransitionTime, "2026-01-02T03:04:06Z");
    assert.deepEqual([keeper.generation("a", 2), keeper.generation("b", 2)], [2, 1]);
    await keeper.settled();
  }));

Deno.test("openStatusKeeper() writes nothing while nothing changes", () =>
  bed(async ({ dir, open, time, writes }) => {
    const evaluate = (keeper: StatusKeeper) => {
      keeper.generation("a", { x: 1 });
      keeper.stamp("a", [bare("True"), bare("False", "R", "Accepted")], 1);
      keeper.retain(new Set(["a"]));
      time.now += 1000;
      keeper.write({ ...status, time: new Date(time.now).toISOString() });
      return keeper.settled();
    };
    const keeper = await open();
    await evaluate(keeper);
    const before = await writes();
    const statusFile = join(dir, "status.json");
    const { ino } = await Deno.stat(statusFile);
    assert.equal((await Deno.stat(statusFile)).mode! & 0o777, 0o600);
    await evaluate(keeper);
    await evaluate(await open());
    assert.deepEqual([await writes(), (await Deno.stat(statusFile)).ino], [before, ino]);
    keeper.write({ ...status, converged: true });
    keeper.write({ ...status, converged: true, clock: "wrong" });
    await keeper.settled();
    const written = JSON.parse(await Deno.readTextFile(statusFile));
    assert.deepEqual(written, { ...status, converged: true, clock: "wrong" });
  }));

Deno.test("openStatusKeeper() keeps what another part of the agent knows, and the generation of an earlier spec", () =>
  bed(async ({ open }) => {
    const keeper = await open();
    keeper.generation("policy x", { a: 1 });
    keeper.remember("policy good x", 1, { a: 1 });
    keeper.stamp("policy x", [bare("True")], 1);
    keeper.generation("Gateway g", 1);
    keeper.retain(new Set());
    assert.equal(keeper.generation("policy x", { a: 2 }), 2, "the gate forgets nothing of policies");
    assert.equal(keeper.recall("policy good x", { a: 1 }), 1);
    assert.equal(keeper.recall("policy good x", { a: 2 }), null);
    keeper.retain(new Set(["policy x"]), "policy");
    assert.equal(keeper.generation("Gateway g", 1), 1);
    keeper.retain(new Set(), "policy");
    assert.equal(keeper.recall("policy good x", { a: 1 }), null);
    assert.equal(keeper.generation("policy x", { a: 2 }), 1);
    await keeper.settled();
  }));

Deno.test("openStatusKeeper() knows the latest time that an earlier run has written down", () =>
  bed(async ({ open, time }) => {
    const keeper = await open();
    assert.equal(keeper.lastSeen, null);
    keeper.touch(START + 5000);
    await keeper.settled();
    time.now = START - 1000;
    const second = await open();
    assert.equal(second.lastSeen, START + 5000);
    second.stamp("a", [bare("True")], 1);
    await second.settled();
    const third = await open();
    assert.equal(third.lastSeen, START + 5000);
    third.touch(START);
    await third.settled();
    assert.equal((await open()).lastSeen, START);
  }));

Deno.test("openStatusKeeper() sets a damaged file aside and begins anew", () =>
  bed(async ({ dir, log, open }) => {
    for (
      const text of ["", "{", '{"format":1}', '{"format":2,"lastSeen":1,"generations":[],"conditions":[]}']
    ) {
      await Deno.writeTextFile(join(dir, "conditions.json"), text);
      await Deno.writeTextFile(join(dir, "status.json"), text);
      const keeper = await open();
      assert.equal(keeper.lastSeen, null);
      assert.equal(keeper.generation("a", 1), 1);
      keeper.write(status);
      await keeper.settled();
      assert.deepEqual(JSON.parse(await Deno.readTextFile(join(dir, "status.json"))), status);
      assert.equal(await Deno.readTextFile(join(dir, "conditions.json.damaged")), text);
    }
    assert.equal(log.sentences("warn").length, 4);
  }));

Deno.test("openStatusKeeper() removes what a killed writer left in the state directory", () =>
  bed(async ({ dir, open }) => {
    const names = [`.certgate-${crypto.randomUUID()}.tmp`, "verdicts.json"];
    for (const name of names) await Deno.writeTextFile(join(dir, name), "");
    await open();
    assert.deepEqual([...Deno.readDirSync(dir)].map(({ name }) => name), ["verdicts.json"]);
  }));

Deno.test("openStatusKeeper() goes on where nothing can be kept", async () => {
  const log = new FakeLog();
  const keeper = await openStatusKeeper({ stateDir: "/proc/nowhere", log, clock: () => START });
  keeper.touch(START);
  keeper.write(status);
  await keeper.settled();
  assert.equal(keeper.stamp("a", [bare("True")], 1).length, 1);
  await keeper.settled();
  assert.equal(log.sentences("warn").length, 4);
});
