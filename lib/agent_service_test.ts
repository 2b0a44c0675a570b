import assert from "node:assert/strict";
import type { Agent } from "./agent.ts";
import { Service } from "./agent_service.ts";
import type { Systemd } from "./host/mod.ts";
import type { AgentStatus } from "./server/mod.ts";

/** What was told, a line each, and who waits for the next one. */
function fakeSystemd(watchdog: number | null) {
  const told: string[] = [];
  let wake = () => {};
  const tell = (line: string) => {
    told.push(line);
    wake();
  };
  const systemd: Systemd = {
    active: true,
    watchdog,
    ready: () => tell("ready"),
    reloading: () => tell("reloading"),
    stopping: () => tell("stopping"),
    status: (text) => tell(`status ${text}`),
    failed: (errno) => tell(`errno ${errno}`),
    extendTimeout: (milliseconds) => tell(`extend ${milliseconds}`),
    alive: () => tell("alive"),
    close: () => Promise.resolve(tell("closed")),
  };
  const count = (line: string) => told.filter((one) => one === line).length;
  return {
    systemd,
    told,
    count,
    async until(done: () => boolean): Promise<void> {
      const limit = performance.now() + 10_000;
      while (!done()) {
        assert(performance.now() < limit, told.join("\n"));
        const timer = setTimeout(() => wake(), 100);
        await new Promise<void>((resolve) => wake = resolve);
        clearTimeout(timer);
      }
    },
  };
}

function fakeAgent() {
  const state = { works: true, refused: false, probes: 0, snapshots: [] as AgentStatus["snapshots"] };
  const agent = {
    status: () => ({ version: "0", ready: true, envoy: null, snapshots: state.snapshots, gate: null }),
    refused: () => state.refused,
    probe: () => {
      state.probes++;
      return Promise.resolve(state.works);
    },
  } as Partial<Agent> as Agent;
  return { state, agent };
}

Deno.test("Service says that it serves before the first sign of life, and none while the probe fails", async () => {
  const { systemd, told, count, until } = fakeSystemd(80);
  const { state, agent } = fakeAgent();
  const service = new Service(systemd);
  assert.deepEqual(told, ["status loading certificates and resources"]);
  state.works = false;
  service.serves(agent);
  await until(() => state.probes > 3);
  assert.deepEqual(told.slice(1), ["status waiting for Envoy Gateway", "ready"]);
  state.works = true;
  await until(() => count("alive") >= 3);
  state.works = false;
  const before = state.probes;
  await until(() => state.probes > before + 1);
  const fed = count("alive");
  const asked = state.probes;
  await until(() => state.probes > asked + 3);
  assert.equal(count("alive"), fed, "no sign of life while the probe fails");
  service.stops();
  await service.close();
  assert.deepEqual(told.slice(-3), ["status finishing the calls under way", "stopping", "closed"]);
});

Deno.test("Service probes nothing where nobody watches", async () => {
  const { systemd } = fakeSystemd(null);
  const { state, agent } = fakeAgent();
  const service = new Service(systemd);
  service.serves(agent);
  await service.close();
  assert.equal(state.probes, 0);
});

Deno.test("Service puts a reload between two messages, with what became of it, also when it throws", async () => {
  const { systemd, told } = fakeSystemd(null);
  const { state, agent } = fakeAgent();
  const service = new Service(systemd);
  service.serves(agent);
  told.length = 0;
  const work = (refused: boolean) => () => {
    told.push("work");
    state.refused = refused;
    return Promise.resolve();
  };
  await service.reload(work(true));
  assert.deepEqual(told.splice(0), [
    "reloading",
    "work",
    "status configuration refused, the one in use stays; waiting for Envoy Gateway",
    "ready",
  ]);
  await service.reload(work(false));
  assert.deepEqual(told.splice(0), ["reloading", "work", "status waiting for Envoy Gateway", "ready"]);
  await assert.rejects(service.reload(() => Promise.reject(new Error("x"))));
  assert.deepEqual(told, ["reloading", "ready"]);
  await service.close();
});

Deno.test("Service shows a status soon after it has changed", async () => {
  const { systemd, told, until } = fakeSystemd(null);
  const { state, agent } = fakeAgent();
  const service = new Service(systemd, { statusInterval: 5 });
  service.serves(agent);
  state.snapshots = [{ gateways: [], listeners: [], answeredAt: "2030-06-01T12:00:00Z", withheld: [] }];
  await until(() => told.includes("status 1 snapshot answered"));
  await service.close();
});

Deno.test("Service says why it does not start", async () => {
  const { systemd, told } = fakeSystemd(null);
  const service = new Service(systemd);
  service.failed("busy", 'Cannot use "/x": another certgate has it');
  await service.close();
  assert.deepEqual(told.slice(1), ['status Cannot use "/x": another certgate has it', "errno 16", "closed"]);
});
