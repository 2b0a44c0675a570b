import assert from "node:assert/strict";
import { join } from "node:path";
import { createServer } from "node:tls";
import type { AddressInfo } from "node:net";
import { fakeMetrics } from "../tests/fakes/fake_metrics.ts";
import { FakeLog } from "../tests/fakes/fake_log.ts";
import { FakeSystemctl } from "../tests/fakes/fake_systemctl.ts";
import { createTree, overwrite, type RotationOptions } from "./rotation/mod.ts";
import { parseConfig } from "./resources/mod.ts";
import { AgentDependents } from "./agent_dependents.ts";

/** A host with a tree of certificates and a fake systemctl with the unit `a.service`. */
class Bed {
  readonly log = new FakeLog();
  readonly metrics = fakeMetrics();
  readonly opened: AgentDependents[] = [];
  // A server of the test looks at dates too.
  now = Date.now();

  private constructor(readonly folder: string, readonly systemctl: FakeSystemctl) {}

  static async run(body: (bed: Bed) => Promise<void>): Promise<void> {
    const folder = await Deno.makeTempDir({ prefix: "certgate-agent-dependents-" });
    const bed = new Bed(folder, await FakeSystemctl.make(folder));
    try {
      await bed.systemctl.add("a.service", { then: "activating" });
      assert.equal((await createTree(bed.rotation)).outcome, "created");
      await body(bed);
    } finally {
      for (const each of bed.opened) await each.stop();
      await Deno.remove(folder, { recursive: true });
    }
  }

  readonly sleep = (milliseconds: number) => {
    this.now += milliseconds;
    return new Promise<void>((resolve) => setTimeout(resolve, Math.min(milliseconds, 2)));
  };

  get rotation(): RotationOptions {
    return {
      configHome: join(this.folder, "home"),
      clock: () => this.now,
      sleep: () => Promise.resolve(),
      force: true,
    };
  }

  open(probe = ""): AgentDependents {
    const config = parseConfig(
      `stateDir: ${this.folder}/state
rotation:
  configHome: ${this.folder}/home
  dependents: [{ name: limit, instances: [{ systemd: { unit: a.service } }] ${probe} }]`,
      "c.yaml",
    );
    assert(config.ok, JSON.stringify(config));
    const dependents = new AgentDependents(config.config, {
      log: this.log,
      metrics: this.metrics,
      clock: () => this.now,
      sleep: this.sleep,
      programs: { systemctl: this.systemctl.path, kill: "/usr/bin/kill" },
    });
    this.opened.push(dependents);
    return dependents;
  }

  asked() {
    return this.systemctl.asked("a.service");
  }
}

Deno.test("AgentDependents follows a rotation by somebody else once, and adopts the first authority", () =>
  Bed.run(async (bed) => {
    const dependents = bed.open();
    await dependents.tick();
    await dependents.tick();
    assert.deepEqual(await bed.asked(), []);
    assert.equal(dependents.status()[0].state, "done");
    await overwrite(bed.rotation);
    await dependents.tick();
    await dependents.tick();
    assert.deepEqual(await bed.asked(), ["try-restart"]);
    const [status] = dependents.status();
    assert.deepEqual([status.state, status.single, status.instances[0].outcome], ["done", true, "restarted"]);
    // Another run of the program knows it.
    await bed.open().tick();
    assert.deepEqual(await bed.asked(), ["try-restart"]);
  }));

Deno.test("AgentDependents counts from zero, and tries again what has failed when its time has come", () =>
  Bed.run(async (bed) => {
    const dependents = bed.open(", probe: '127.0.0.1:1'");
    const count = (outcome: string) =>
      bed.metrics.sample(`certgate_dependent_restarts_total{name="limit",outcome="${outcome}"}`);
    const failed = () => bed.metrics.sample('certgate_dependent_restart_failed{name="limit"}');
    assert.deepEqual([await count("restarted"), await count("unhealthy"), await failed()], [0, 0, 0]);
    assert.equal(await bed.metrics.sample('certgate_dependent_stale{name="limit"}'), 0);
    await dependents.tick();
    await bed.systemctl.set("a.service", "refuse", "Interactive authentication required.");
    await dependents.restart("AB:CD");
    assert.deepEqual([await count("failed"), await failed()], [1, 1]);
    assert.equal((await bed.asked()).length, 1);
    await bed.systemctl.unset("a.service", "refuse");
    // The tree says another authority than the one that was restarted for: that one counts.
    await dependents.tick();
    assert.deepEqual([await count("restarted"), await failed()], [1, 0]);
  }));

Deno.test("AgentDependents waits with the next try until its time has come", () =>
  Bed.run(async (bed) => {
    const dependents = bed.open();
    await dependents.tick();
    await overwrite(bed.rotation);
    await bed.systemctl.set("a.service", "refuse", "Interactive authentication required.");
    await dependents.tick();
    await bed.systemctl.unset("a.service", "refuse");
    await dependents.tick();
    assert.equal((await bed.asked()).length, 1);
    // It is told to the second.
    bed.now = Date.parse(dependents.status()[0].retryAt!) + 1000;
    await dependents.tick();
    assert.equal((await bed.asked()).length, 2);
    assert.equal(dependents.status()[0].state, "done");
  }));

Deno.test("AgentDependents tells who trusts an earlier authority only", () =>
  Bed.run(async (bed) => {
    const certs = join(bed.folder, "home/certs/envoy-rate-limit");
    const read = (name: string) => Deno.readTextFileSync(join(certs, name));
    const own = () => ({ cert: read("tls.crt"), key: read("tls.key"), ca: read("ca.crt") });
    // A server that reads its files once, as the rate limit service reads its trust.
    const server = createServer({ ...own(), requestCert: true, rejectUnauthorized: true }, (socket) => {
      socket.on("error", () => {});
      socket.end("hello");
    });
    server.on("tlsClientError", () => {});
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", () => resolve()));
    try {
      const dependents = bed.open(`, probe: '127.0.0.1:${(server.address() as AddressInfo).port}'`);
      const stale = () => bed.metrics.sample('certgate_dependent_stale{name="limit"}');
      await dependents.tick();
      assert.deepEqual([dependents.status()[0].probe?.state, await stale()], ["current", 0]);
      await overwrite(bed.rotation);
      await dependents.tick();
      assert.deepEqual([dependents.status()[0].probe?.state, await stale()], ["stale", 1]);
      assert(bed.log.sentences("warn").includes("a dependent refuses the authority in place"));
      server.setSecureContext(own());
      await dependents.tick();
      assert.deepEqual([dependents.status()[0].probe?.state, await stale()], ["current", 0]);
    } finally {
      await new Promise<void>((resolve) => server.close(() => resolve()));
    }
    await bed.opened[0].tick();
    assert.equal(bed.opened[0].status()[0].probe?.state, "unreachable");
    assert.equal(await bed.metrics.sample('certgate_dependent_probe_failed{name="limit"}'), 1);
  }));
