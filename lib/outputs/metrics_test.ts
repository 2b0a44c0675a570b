import assert from "node:assert/strict";
import { METRIC_FAMILIES } from "./metric_families.ts";
import { openMetrics } from "./metrics.ts";

const usage = () => ({ rss: 7, cpuSeconds: 1.5, startSeconds: 100 });

Deno.test("openMetrics() shows every family from the start", async () => {
  const { body, contentType } = await openMetrics("1.2.3", usage).render();
  assert.match(contentType, /^text\/plain/);
  for (const [name, family] of Object.entries(METRIC_FAMILIES)) {
    assert(body.includes(`# TYPE ${name} ${family.type}\n`), name);
    assert(new RegExp(`^${name}(_bucket|_count|_sum)?[{ ]`, "m").test(body), `${name} has no sample`);
  }
  assert(body.includes('certgate_hook_calls_total{hook="PostTranslateModify",outcome="changed"} 0\n'));
});

Deno.test("openMetrics() speaks OpenMetrics to who asks for it", async () => {
  const { body, contentType } = await openMetrics("1.2.3", usage).render(
    "application/openmetrics-text; version=1.0.0",
  );
  assert.match(contentType, /^application\/openmetrics-text/);
  assert(body.endsWith("# EOF\n"));
});

Deno.test("openMetrics() takes process figures at each scrape", async () => {
  const metrics = openMetrics("1.2.3", usage);
  await metrics.render();
  const { body } = await metrics.render();
  assert(body.includes("\nprocess_cpu_seconds_total 1.5\n"));
  assert(body.includes("\nprocess_resident_memory_bytes 7\n"));
});
