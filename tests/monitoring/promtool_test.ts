import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { ALERT_GROUPS, ALERTS, FLEET_GROUPS } from "../../lib/cli/alerts/mod.ts";
import { rules } from "../../lib/cli/rules.ts";
import { FakeTerminal } from "../fakes/fake_terminal.ts";
import { MONITORING, noPromtool, promtool } from "./_promtool.ts";

const tests = readdirSync(join(MONITORING, "tests")).map((name) => `tests/${name}`);

Deno.test("promtool finds no fault in what certgate rules prints", { ignore: noPromtool }, async () => {
  const file = await Deno.makeTempFile({ suffix: ".yaml" });
  const other = { team: "edge", runbookUrl: "https://wiki.example/certgate/" };
  const choices = [{}, { compat: "nso" }, other, { fleet: true }, { fleet: true, compat: "nso" }] as const;
  for (const options of choices) {
    const groups = "fleet" in options ? FLEET_GROUPS : ALERT_GROUPS;
    const count = groups.flatMap(({ records = [], alerts }) => [...records, ...alerts]).length;
    const terminal = new FakeTerminal();
    assert.equal(await rules(terminal, options), 0);
    await Deno.writeTextFile(file, terminal.stdout);
    const { success, output } = await promtool("check", "rules", file);
    assert(success && output.includes(` ${count} rules found`), output);
  }
  await Deno.remove(file);
});

for (const file of tests) {
  Deno.test(`promtool agrees with ${file}`, { ignore: noPromtool }, async () => {
    const { success, output } = await promtool("test", "rules", file);
    assert(success, output);
  });
}

Deno.test("promtool finds fault with an alert that is late", { ignore: noPromtool }, async () => {
  const text = readFileSync(join(MONITORING, "tests/daemon.yaml"), "utf8");
  // Every time at which an alert fires is put before it can.
  const wrong = text.replace("../certgate.rules.yaml", join(MONITORING, "certgate.rules.yaml"))
    .replace(/eval_time: \w+(?=\n\s+alertname: \w+\n\s+exp_alerts:\n)/g, "eval_time: 0m");
  const file = await Deno.makeTempFile({ suffix: ".yaml" });
  await Deno.writeTextFile(file, wrong);
  const { success, output } = await promtool("test", "rules", file);
  assert(!success && output.includes("FAILED"), output);
  await Deno.remove(file);
});

for (const file of ["prometheus-scrape.yaml", "prometheus-federation.yaml"]) {
  Deno.test(`promtool finds no fault in ${file}`, { ignore: noPromtool }, async () => {
    const { success, output } = await promtool("check", "config", file);
    assert(success && output.includes("1 rule files found"), output);
  });
}

interface AlertTest {
  readonly alertname: string;
  readonly exp_alerts: readonly unknown[];
}

Deno.test("monitoring/tests has at least three cases of each alert, firing and silent ones among them", () => {
  const checks = tests.flatMap((file) => {
    const { tests } = parse(readFileSync(join(MONITORING, file), "utf8"));
    return (tests as { alert_rule_test?: AlertTest[] }[]).flatMap((test) => test.alert_rule_test ?? []);
  });
  // A misspelt name would never fire, and pass.
  const names = ALERTS.map(({ name }) => name);
  assert.deepEqual(checks.filter(({ alertname }) => !names.includes(alertname)), []);
  for (const name of names) {
    const own = checks.filter(({ alertname }) => alertname === name).map((check) =>
      check.exp_alerts.length > 0
    );
    assert(own.filter((fires) => fires).length >= 1, `${name} never fires`);
    assert(own.filter((fires) => !fires).length >= 2, `${name} is never silent`);
  }
});
