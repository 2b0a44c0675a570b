import assert from "node:assert/strict";
import { METRIC_FAMILIES, type MetricFamily, NSO_FAMILIES, NSO_NAMES } from "./metric_families.ts";
import { openMetrics } from "./metrics.ts";

const usage = () => ({ rss: 7, cpuSeconds: 1.5, startSeconds: 100 });

Deno.test("openMetrics() shows every family from the start", async () => {
  const { body, contentType } = await openMetrics("1.2.3", usage).render();
  assert.match(contentType, /^text\/plain/);
  for (const [name, family] of Object.entries<MetricFamily>(METRIC_FAMILIES)) {
    assert(body.includes(`# TYPE ${name} ${family.type}\n`), name);
    const open = Object.values(family.labels ?? {}).some((values) => values.length === 0);
    const hasSample = new RegExp(`^${name}(_bucket|_count|_sum)?[{ ]`, "m").test(body);
    assert.equal(hasSample, !open || name === "certgate_build_info", name);
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

Deno.test("openMetrics() gives plain text its names after OpenMetrics was asked for", async () => {
  const metrics = openMetrics("1.2.3", usage);
  const { body: before } = await metrics.render();
  const [{ body: open }] = await Promise.all([
    metrics.render("application/openmetrics-text"),
    metrics.render(),
  ]);
  assert(open.includes("# TYPE certgate_hook_panics counter\ncertgate_hook_panics_total 0\n"));
  assert.equal((await metrics.render()).body, before);
});

Deno.test("openMetrics() changes nothing between two scrapes where nothing happens", async () => {
  let scrapes = 0;
  const metrics = openMetrics("1.2.3", () => ({ rss: ++scrapes, cpuSeconds: scrapes, startSeconds: 0 }));
  const lines = async () =>
    (await metrics.render()).body.split("\n").filter((line) => !line.startsWith("process_"));
  assert.deepEqual(await lines(), await lines());
});

const host = (n: number) => ({
  namespace: "ns",
  name: "gw",
  listener: `l${n}`,
  hostname: `${n}.example.com`,
  reason: "Expired",
});
const WITHHELD = "certgate_gateway_listener_cert_withheld";

Deno.test("openMetrics() swaps the series of a gauge in one step", async () => {
  const metrics = openMetrics("1.2.3", usage);
  const count = async () =>
    (await metrics.render()).body.match(new RegExp(`^${WITHHELD}{`, "gm"))?.length ?? 0;
  const rows = (...numbers: number[]) => numbers.map((n) => ({ labels: host(n), value: 1 }));
  metrics.replace(WITHHELD, rows(1, 2));
  assert.equal(await count(), 2);
  const scrape = metrics.render();
  metrics.replace(WITHHELD, rows(2));
  assert.equal((await scrape).body.match(new RegExp(`^${WITHHELD}{`, "gm"))?.length, 2);
  const { body } = await metrics.render();
  assert(!body.includes("1.example.com") && body.includes("2.example.com"));
  metrics.replace(WITHHELD, []);
  assert.equal(await count(), 0);
});

Deno.test("openMetrics() shows the names of the network-services-operator beside its own, and only then", async () => {
  const plain = openMetrics("1.2.3", usage);
  const both = openMetrics("1.2.3", usage, { compat: "nso" });
  for (const metrics of [plain, both]) {
    metrics.replace(WITHHELD, [{ labels: host(1), value: 1 }]);
    metrics.add("certgate_gateway_listener_cert_gating_total", host(1));
    metrics.set("certgate_tls_pruned_chains_active", 7);
    metrics.add("certgate_tls_pruned_chains_total", {}, 7);
    metrics.observe("nso_extension_phase_duration_seconds", 1, { phase: "mutate" });
  }
  assert(!(await plain.render()).body.includes("nso_"));
  const { body } = await both.render();
  for (const [own, theirs] of Object.entries(NSO_NAMES)) {
    const samples = (name: string) =>
      body.split("\n").filter((line) => line.startsWith(`${name}{`) || line.startsWith(`${name} `))
        .map((line) => line.slice(name.length));
    assert(body.includes(`# TYPE ${theirs} `), theirs);
    assert.deepEqual(samples(theirs), samples(own), theirs);
  }
  assert(body.includes("\nnso_extension_tls_pruned_chains_total 7\n"));
  for (const [name, { type }] of Object.entries(NSO_FAMILIES)) {
    assert(body.includes(`# TYPE ${name} ${type}\n`), name);
  }
  assert(body.includes('nso_extension_hook_calls_total{outcome="error"} 0\n'));
});

Deno.test("openMetrics() without perHost shows no family with a hostname or a Secret in it", async () => {
  const metrics = openMetrics("1.2.3", usage, { perHost: false, compat: "nso" });
  metrics.replace(WITHHELD, [{ labels: host(1), value: 1 }]);
  metrics.add("certgate_gateway_listener_cert_gating_total", host(1));
  const { body } = await metrics.render();
  assert(!body.includes("example.com"));
  for (const [name, family] of Object.entries<MetricFamily>(METRIC_FAMILIES)) {
    const perHost = Object.keys(family.labels ?? {}).some((label) =>
      label === "hostname" || label === "secret"
    );
    assert.equal(family.per !== undefined, perHost, name);
    assert.equal(body.includes(`# TYPE ${name} `), !perHost, name);
  }
  assert(!body.includes("nso_gateway_listener"));
});
