import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { startAgent } from "../../lib/agent.ts";
import { ALERT_GROUPS, type AlertGroup, FLEET_GROUPS } from "../../lib/cli/alerts/mod.ts";
import { rules } from "../../lib/cli/rules.ts";
import { METRIC_FAMILIES, type MetricFamily } from "../../lib/outputs/mod.ts";
import { configSchema } from "../../lib/resources/mod.ts";
import { FakeLog } from "../fakes/fake_log.ts";
import { FakeTerminal } from "../fakes/fake_terminal.ts";
import { familyOf, matchedLabels, metricNames } from "./_metric_names.ts";
import { MONITORING } from "./_promtool.ts";

/** Families that a real agent shows, scraped as Prometheus does. */
async function scrape(metrics: { compat?: "nso" } = {}): Promise<Set<string>> {
  const dir = await Deno.makeTempDir();
  const config = configSchema.parse({
    http: { listen: "127.0.0.1:0" },
    hook: { listen: `unix://${dir}/hook.sock` },
    stateDir: join(dir, "state"),
    envoy: { path: "none", admin: "none" },
    metrics,
  });
  const agent = await startAgent(config, { version: "0", log: new FakeLog(), clock: Date.now });
  assert(agent.kind === "agent");
  try {
    const text = await (await fetch(`${agent.http}/metrics`)).text();
    return new Set([...text.matchAll(/^# TYPE (\S+) /gm)].map(([, name]) => name));
  } finally {
    await agent.stop();
    await Deno.remove(dir, { recursive: true });
  }
}

// What Prometheus itself adds.
const OF_PROMETHEUS = new Set(["up"]);

function assertKnown(expr: string, live: ReadonlySet<string>): void {
  const names = metricNames(expr);
  assert(names.length > 0, `no metric in ${expr}`);
  for (const name of names) {
    assert(
      OF_PROMETHEUS.has(name) || familyOf(name, live) !== undefined,
      `no ${name} in a live scrape: ${expr}`,
    );
  }
}

function labelsOf(expr: string): Set<string> {
  const families: Readonly<Record<string, MetricFamily>> = METRIC_FAMILIES;
  const known = new Set(Object.keys(families));
  const own = metricNames(expr).flatMap((name) =>
    Object.keys(families[familyOf(name, known) ?? ""]?.labels ?? {})
  );
  return new Set(["instance", "job", "le", ...own]);
}

function assertRules({ records = [], alerts }: AlertGroup, live: ReadonlySet<string>): void {
  const known = new Set(live);
  const recorded = new Map<string, Set<string>>();
  const labelsIn = (expr: string) =>
    new Set([...labelsOf(expr), ...metricNames(expr).flatMap((name) => [...recorded.get(name) ?? []])]);
  for (const { record, expr } of records) {
    assertKnown(expr, known);
    for (const label of matchedLabels(expr)) {
      assert(labelsIn(expr).has(label), `${record}: no label ${label}`);
    }
    recorded.set(record, labelsIn(expr));
    known.add(record);
  }
  for (const { name, expr, summary, description } of alerts) {
    assertKnown(expr, known);
    const used = [...`${summary} ${description}`.matchAll(/\$labels\.(\w+)/g)].map(([, label]) => label);
    for (const label of [...matchedLabels(expr), ...used]) {
      assert(labelsIn(expr).has(label), `${name}: no label ${label}`);
    }
  }
}

Deno.test("every metric and label in a rule is there in a live scrape", async () => {
  const live = await scrape();
  for (const group of [...ALERT_GROUPS, ...FLEET_GROUPS]) assertRules(group, live);
});

Deno.test("the example of federation asks for what the rules of the fleet read, and for nothing that is not there", async () => {
  const live = new Set([...await scrape(), ...OF_PROMETHEUS]);
  const { scrape_configs } = parse(readFileSync(join(MONITORING, "prometheus-federation.yaml"), "utf8"));
  const [match] = scrape_configs[0].params["match[]"] as string[];
  const [, pattern] = match.match(/^\{job="certgate",__name__=~"([^"]*)"\}$/)!;
  const asked = new Set(pattern.split("|"));
  const read = FLEET_GROUPS.flatMap(({ records = [], alerts }) => [...records, ...alerts])
    .flatMap(({ expr }) => metricNames(expr)).filter((name) => !name.includes(":"));
  // Runbooks of the fleet read the first end of a certificate as well.
  assert.deepEqual(
    [...asked].sort(),
    [...new Set([...read, "certgate_gateway_listener_cert_expiry_time"])].sort(),
  );
  for (const name of asked) assert(live.has(name), name);
});

Deno.test("every metric in a rule with the names of the network-services-operator is there in a live scrape", async () => {
  const live = await scrape({ compat: "nso" });
  const terminal = new FakeTerminal();
  await rules(terminal, { compat: "nso" });
  const all = (parse(terminal.stdout).groups as { rules: { expr: string }[] }[]).flatMap((group) =>
    group.rules
  );
  assert(all.some(({ expr }) => expr.includes("nso_")));
  for (const { expr } of all) assertKnown(expr, live);
});

Deno.test("every metric in the dashboard is there in a live scrape", async () => {
  const live = await scrape();
  const dashboard = JSON.parse(readFileSync(join(MONITORING, "dashboard.json"), "utf8"));
  const panels = dashboard.panels as { id: number; title: string; targets?: { expr: string }[] }[];
  assert.equal(new Set(panels.map(({ id }) => id)).size, panels.length, "every panel has an id of its own");
  const targets = panels.flatMap((panel) => panel.targets ?? []);
  assert(targets.length >= 10);
  for (const { expr } of targets) {
    assertKnown(expr, live);
    for (const label of matchedLabels(expr)) assert(labelsOf(expr).has(label), `${label} in ${expr}`);
  }
});

Deno.test("every metric in the tests of the rules is there in a live scrape", async () => {
  const live = await scrape();
  for (const file of readdirSync(join(MONITORING, "tests"))) {
    const { tests } = parse(readFileSync(join(MONITORING, "tests", file), "utf8"));
    const series = (tests as { input_series: { series: string }[] }[]).flatMap((test) => test.input_series);
    for (const one of series) assertKnown(one.series, live);
  }
});
