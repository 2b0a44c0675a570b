import assert from "node:assert/strict";
import { FakeLog } from "../tests/fakes/fake_log.ts";
import { fakeMetrics } from "../tests/fakes/fake_metrics.ts";
import { HookProbe } from "./agent_probe.ts";

function bench() {
  const state = { problem: "", longest: 0 };
  const log = new FakeLog();
  const metrics = fakeMetrics();
  const probe = new HookProbe({
    ask: () => Promise.resolve(state.problem),
    longest: () => state.longest,
    deadline: () => 1000,
    metrics,
    log,
  });
  return { state, log, metrics, probe };
}

Deno.test("HookProbe fails where the hook does not answer, says so once, and that it works again", async () => {
  const { state, log, metrics, probe } = bench();
  assert.equal(await metrics.sample('certgate_watchdog_probes_total{result="failed"}'), 0);
  assert.equal(await probe.works(100), true);
  assert.equal(log.lines.length, 0);
  state.problem = "no answer within 100 ms";
  assert.deepEqual([await probe.works(100), await probe.works(100)], [false, false]);
  assert.equal(await metrics.sample("certgate_watchdog_failing"), 1);
  assert.equal(await metrics.sample('certgate_watchdog_probes_total{result="failed"}'), 2);
  state.problem = "";
  assert.equal(await probe.works(100), true);
  assert.equal(await metrics.sample("certgate_watchdog_failing"), 0);
  assert.equal(await metrics.sample('certgate_watchdog_probes_total{result="answered"}'), 2);
  assert.deepEqual(log.lines.map(({ level, fields }) => [level, fields.problem]), [
    ["error", "no answer within 100 ms"],
    ["info", undefined],
  ]);
});

Deno.test("HookProbe fails where a call is under way long after its deadline, though questions are answered", async () => {
  const { state, log, probe } = bench();
  state.longest = 6000;
  assert.equal(await probe.works(100), true);
  state.longest = 6001;
  assert.equal(await probe.works(100), false);
  assert.equal(log.lines[0].fields.problem, "a call has been under way for 6 s");
});

Deno.test("HookProbe takes no hook for broken that is being closed", async () => {
  const { state, log, metrics, probe } = bench();
  state.problem = "Channel closed before call started";
  const answer = probe.works(100);
  probe.close();
  assert.equal(await answer, false);
  assert.deepEqual(log.lines, []);
  assert.equal(await metrics.sample("certgate_watchdog_failing"), 0);
});
