import assert from "node:assert/strict";
import { fakeMetrics } from "../../tests/fakes/fake_metrics.ts";
import type { EnvoyStatus } from "../model/mod.ts";
import { showEnvoys } from "./show_envoys.ts";

const envoy = (admin: string, lds: number, rest: Partial<EnvoyStatus> = {}): EnvoyStatus => ({
  admin,
  up: true,
  message: "",
  cluster: "",
  version: "1.40.0",
  state: "LIVE",
  rejected: { lds, cds: 0, rds: 0, sds: 0 },
  initFetchTimeouts: 0,
  warming: [],
  serials: [],
  ...rest,
});
const REJECTED = 'certgate_envoy_update_rejected_total{type="lds"}';

Deno.test("showEnvoys() counts what Envoys refuse while certgate runs", async () => {
  const metrics = fakeMetrics();
  const steps: [readonly EnvoyStatus[], number][] = [
    [[envoy("a:1", 7)], 0],
    [[envoy("a:1", 9)], 2],
    [[envoy("a:1", 9), envoy("b:2", 1)], 3],
    [[envoy("a:1", 0, { up: false }), envoy("b:2", 1)], 3],
    [[envoy("a:1", 10), envoy("b:2", 1)], 4],
    [[envoy("b:2", 1)], 4],
    [[envoy("a:1", 1), envoy("b:2", 3)], 7],
  ];
  for (const [i, [envoys, wanted]] of steps.entries()) {
    showEnvoys(metrics, envoys);
    assert.equal(await metrics.sample(REJECTED), wanted, `step ${i}`);
  }
});

Deno.test("showEnvoys() knows by any counter that an Envoy was restarted", async () => {
  const metrics = fakeMetrics();
  showEnvoys(metrics, [envoy("a:1", 1, { initFetchTimeouts: 5 })]);
  showEnvoys(metrics, [envoy("a:1", 2, { initFetchTimeouts: 1 })]);
  assert.equal(await metrics.sample(REJECTED), 2);
  assert.equal(await metrics.sample("certgate_envoy_init_fetch_timeout_total"), 1);
});

Deno.test("showEnvoys() shows each Envoy while it is there, and what warms while it answers", async () => {
  const metrics = fakeMetrics();
  const look = async (name: string, admin: string) => await metrics.sample(`${name}{admin="${admin}"}`);
  showEnvoys(metrics, [envoy("a:1", 0, { warming: ["x", "y"] }), envoy("b:2", 0, { up: false })]);
  assert.deepEqual(
    [await look("certgate_envoy_up", "a:1"), await look("certgate_envoy_up", "b:2")],
    [1, 0],
  );
  assert.equal(await look("certgate_envoy_listeners_warming", "a:1"), 2);
  assert.equal(await look("certgate_envoy_listeners_warming", "b:2"), undefined);
  showEnvoys(metrics, []);
  assert.equal(await look("certgate_envoy_up", "a:1"), undefined);
});
