import assert from "node:assert/strict";
import { join } from "node:path";
import { FakeLog } from "../../tests/fakes/fake_log.ts";
import { FakeSystemctl } from "../../tests/fakes/fake_systemctl.ts";
import { KILL } from "../host/mod.ts";
import { type Config, parseConfig } from "../resources/mod.ts";
import { readMarker } from "./dependent_marker.ts";
import type { DependentOptions } from "./dependent_options.ts";
import { restartDependents } from "./restart_dependents.ts";

/** A host with a fake systemctl, in a directory of its own. */
class Bed {
  readonly log = new FakeLog();
  readonly counted: string[] = [];
  now = 1_800_000_000_000;

  private constructor(readonly folder: string, readonly systemctl: FakeSystemctl) {}

  static async run(body: (bed: Bed) => Promise<void>): Promise<void> {
    const folder = await Deno.makeTempDir({ prefix: "certgate-dependents-" });
    try {
      await body(new Bed(folder, await FakeSystemctl.make(folder)));
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  }

  options(fingerprint: string, more: Partial<DependentOptions> = {}): DependentOptions {
    return {
      fingerprint,
      stateDir: join(this.folder, "state"),
      log: this.log,
      clock: () => this.now,
      // What is waited for happens in a moment; what is not passes by quickly.
      sleep: (milliseconds) => {
        this.now += milliseconds;
        return new Promise((resolve) => setTimeout(resolve, Math.min(milliseconds, 2)));
      },
      tally: (name, outcome) => this.counted.push(`${name} ${outcome}`),
      programs: { systemctl: this.systemctl.path, kill: KILL },
      ...more,
    };
  }

  restart(fingerprint: string, dependents: Dependents, more: Partial<DependentOptions> = {}) {
    return restartDependents(dependents, this.options(fingerprint, more));
  }
}

type Dependents = Config["rotation"]["dependents"];

function read(text: string): Dependents {
  const result = parseConfig(`rotation: { configHome: /eg, dependents: ${text} }`, "c.yaml");
  assert(result.ok, JSON.stringify(result));
  return result.config.rotation.dependents;
}

const ONE = read("[{ name: limit, instances: [{ systemd: { unit: a.service } }] }]");
const TWO = read(
  "[{ name: limit, instances: [{ systemd: { unit: a.service } }, { systemd: { unit: b.service } }] }]",
);

Deno.test("restartDependents() restarts once for an authority, and again for the next one", () =>
  Bed.run(async (bed) => {
    await bed.systemctl.add("a.service");
    const [first] = await bed.restart("AA", ONE);
    assert.equal(first.outcome, "done");
    assert.deepEqual(first.instances.map(({ instance, outcome }) => [instance, outcome]), [
      ["systemd:a.service", "restarted"],
    ]);
    const [again] = await bed.restart("AA", ONE);
    assert.deepEqual(again, { name: "limit", outcome: "known", retryAt: null, instances: [] });
    assert.deepEqual(await bed.systemctl.asked("a.service"), ["try-restart"]);
    assert.deepEqual(bed.counted, ["limit restarted"]);
    await bed.restart("BB", ONE);
    assert.deepEqual(await bed.systemctl.asked("a.service"), ["try-restart", "try-restart"]);
  }));

Deno.test("restartDependents() leaves some seconds between the restarts for two authorities", () =>
  Bed.run(async (bed) => {
    await bed.systemctl.add("a.service");
    await bed.restart("AA", ONE);
    const before = bed.now;
    await bed.restart("BB", ONE);
    assert(bed.now - before >= 10_000, `${bed.now - before}`);
    const later = bed.now += 60_000;
    await bed.restart("CC", ONE);
    assert(bed.now - later < 1_000);
  }));

Deno.test("restartDependents() warns of a single instance, and does nothing about one that is not there", () =>
  Bed.run(async (bed) => {
    const [result] = await bed.restart("AA", ONE);
    assert.equal(result.outcome, "done");
    assert.equal(result.instances[0].reason, "UnitNotFound");
    assert.deepEqual(bed.log.sentences("warn"), [
      "a dependent has a single instance, its restart makes a short gap",
    ]);
    assert.deepEqual(bed.log.sentences("info"), ["a dependent is not there, so nothing is restarted"]);
    await bed.systemctl.add("a.service");
    assert.equal((await bed.restart("AA", ONE))[0].outcome, "known");
    assert.deepEqual(await bed.systemctl.asked("a.service"), []);
  }));

Deno.test("restartDependents() ends a roll at an instance that does not get well, and goes on with other dependents", () =>
  Bed.run(async (bed) => {
    for (const unit of ["a.service", "b.service", "c.service"]) await bed.systemctl.add(unit);
    await bed.systemctl.set("a.service", "then", "failed");
    const all = [
      ...TWO,
      ...read("[{ name: other, instances: [{ systemd: { unit: c.service } }] }]"),
    ];
    const [limit, other] = await bed.restart("AA", all);
    assert.equal(limit.outcome, "failed");
    assert.deepEqual(limit.instances.map(({ outcome }) => outcome), ["unhealthy", "skipped"]);
    assert.equal(other.outcome, "done");
    assert.deepEqual(await bed.systemctl.asked("b.service"), []);
    assert(limit.retryAt! > bed.now);
    // It got well: the roll goes on where it was, and the first is not restarted again.
    await bed.systemctl.set("a.service", "active", "active");
    const [later] = await bed.restart("AA", all);
    assert.equal(later.outcome, "done");
    assert.deepEqual(await bed.systemctl.asked("a.service"), ["try-restart"]);
    assert.deepEqual(await bed.systemctl.asked("b.service"), ["try-restart"]);
  }));

Deno.test("restartDependents() takes no instance down while the other one is", () =>
  Bed.run(async (bed) => {
    await bed.systemctl.add("a.service");
    await bed.systemctl.add("b.service", { active: "failed" });
    const [held] = await bed.restart("AA", TWO);
    assert.equal(held.outcome, "failed");
    assert.deepEqual(held.instances.map(({ outcome, reason }) => [outcome, reason]), [
      ["held", "TooFewUp"],
      ["skipped", "Earlier"],
    ]);
    assert.match(held.instances[0].detail, /^1 have to stay up, and these are down: systemd:b.service$/);
    assert.deepEqual(await bed.systemctl.asked("a.service"), []);
    // Whoever does not mind says so.
    const [careless] = await bed.restart("BB", TWO.map((one) => ({ ...one, minUp: 0 })));
    assert.deepEqual(careless.instances.map(({ outcome }) => outcome), ["restarted", "absent"]);
  }));

Deno.test("restartDependents() restarts who is down itself, and does not count who is not installed", () =>
  Bed.run(async (bed) => {
    await bed.systemctl.add("a.service");
    const [alone] = await bed.restart("AA", TWO);
    assert.deepEqual(alone.instances.map(({ outcome }) => outcome), ["restarted", "absent"]);
    await bed.systemctl.add("b.service");
    const ill = TWO.map((one) => ({
      ...one,
      instances: one.instances.map((each) => ({ ...each, timeout: 100, health: { tcp: "127.0.0.1:1" } })),
    }));
    const [both] = await bed.restart("BB", ill);
    assert.deepEqual(both.instances.map(({ outcome }) => outcome), ["unhealthy", "skipped"]);
  }));

Deno.test("restartDependents() tries again, with longer and longer pauses between the rolls", () =>
  Bed.run(async (bed) => {
    await bed.systemctl.add("a.service", { refuse: "Job failed" });
    const pauses: number[] = [];
    for (let n = 0; n < 8; n++) {
      const [{ outcome, retryAt }] = await bed.restart("AA", ONE);
      assert.equal(outcome, "failed");
      pauses.push((retryAt! - bed.now) / 60_000);
    }
    assert.deepEqual(pauses, [1, 2, 4, 8, 16, 32, 60, 60]);
    assert.equal((await bed.systemctl.asked("a.service")).length, 8 * 3);
    await bed.systemctl.unset("a.service", "refuse");
    assert.equal((await bed.restart("AA", ONE))[0].outcome, "done");
    assert.equal((await readMarker(join(bed.folder, "state"), "limit"))?.failures, 0);
  }));

Deno.test("restartDependents() does not repeat what it may not do", () =>
  Bed.run(async (bed) => {
    await bed.systemctl.add("a.service", { refuse: "Interactive authentication required." });
    const [result] = await bed.restart("AA", ONE);
    assert.equal(result.instances[0].reason, "NotPermitted");
    assert.equal((await bed.systemctl.asked("a.service")).length, 1);
  }));

Deno.test("restartDependents() does nothing without a place to write it down", () =>
  Bed.run(async (bed) => {
    await bed.systemctl.add("a.service");
    await Deno.writeTextFile(join(bed.folder, "state"), "a file");
    const [result] = await bed.restart("AA", ONE);
    assert.equal(result.outcome, "failed");
    assert.deepEqual(await bed.systemctl.asked("a.service"), []);
    assert.deepEqual(bed.counted, ["limit failed"]);
  }));

Deno.test("restartDependents() waits for another one that is at it, and believes what that has done", () =>
  Bed.run(async (bed) => {
    await bed.systemctl.add("a.service");
    const results = await Promise.all([bed.restart("AA", ONE), bed.restart("AA", ONE)]);
    assert.deepEqual(results.map(([{ outcome }]) => outcome).sort(), ["done", "known"]);
    assert.deepEqual(await bed.systemctl.asked("a.service"), ["try-restart"]);
  }));

Deno.test("restartDependents() leaves the rest for later when it is told to end", () =>
  Bed.run(async (bed) => {
    await bed.systemctl.add("a.service");
    await bed.systemctl.add("b.service");
    const stop = new AbortController();
    const tally = () => stop.abort();
    const [result] = await bed.restart("AA", TWO, { signal: stop.signal, tally });
    assert.deepEqual(result.instances.map(({ outcome }) => outcome), ["restarted", "skipped"]);
    assert.equal((await bed.restart("AA", TWO))[0].outcome, "done");
    assert.equal((await bed.systemctl.asked("a.service")).length, 1);
    assert.equal((await bed.systemctl.asked("b.service")).length, 1);
  }));

Deno.test("restartDependents() takes a damaged marker for none", () =>
  Bed.run(async (bed) => {
    await bed.systemctl.add("a.service");
    await bed.restart("AA", ONE);
    for (const text of ["", "{", "null", '{"fingerprint":"AA","state":"done"}']) {
      await Deno.writeTextFile(join(bed.folder, "state/dependents/limit.json"), text);
      assert.equal(await readMarker(join(bed.folder, "state"), "limit"), null);
    }
  }));
