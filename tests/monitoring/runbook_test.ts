import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { parse } from "yaml";
import { ALERTS } from "../../lib/cli/alerts/mod.ts";
import { runCommandLine } from "../../lib/cli/mod.ts";
import { rules } from "../../lib/cli/rules.ts";
import { runbook } from "../../lib/cli/runbook.ts";
import { FakeTerminal } from "../fakes/fake_terminal.ts";

interface Rule {
  readonly alert: string;
  readonly expr: string;
  readonly for: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
}

interface Group {
  readonly interval: string;
  readonly rules: readonly Rule[];
}

async function printed(options: Parameters<typeof rules>[1] = {}): Promise<readonly Group[]> {
  const terminal = new FakeTerminal();
  await rules(terminal, options);
  return parse(terminal.stdout).groups;
}

const page = readFileSync(new URL("../../docs/runbooks.md", import.meta.url), "utf8");
const anchors = [...page.matchAll(/^## (.*)$/gm)].map(([, heading]) =>
  heading.toLowerCase().replaceAll(" ", "-")
);

Deno.test("rules gives every alert its labels and a runbook that is there", async () => {
  for (const group of [...await printed(), ...await printed({ fleet: true })]) {
    assert.match(group.interval, /^(30s|1m)$/);
    for (const { alert, labels, annotations } of group.rules.filter(({ alert }) => alert !== undefined)) {
      assert.deepEqual(Object.keys(labels), ["severity", "service", "team"]);
      assert.deepEqual(Object.keys(annotations), ["summary", "description", "runbook_url"]);
      const anchor = annotations.runbook_url.split("#")[1];
      assert(anchors.includes(anchor), `no section ${anchor}`);
      const terminal = new FakeTerminal();
      assert.equal(await runbook(anchor, terminal), 0);
      assert(terminal.stdout.startsWith(`## ${alert}\n`), alert);
      for (const part of ["Meaning", "Impact", "Diagnose", "Remediate"]) {
        assert(terminal.stdout.includes(`**${part}.**`), `${alert} has no ${part}`);
      }
      assert(terminal.stdout.includes("## Shared diagnosis\n"));
    }
  }
});

Deno.test("rules keeps the four alerts of the certificates in their form", async () => {
  const all = (await printed()).flatMap((group) => group.rules);
  const found = (name: string) =>
    all.filter(({ alert }) => alert === name)
      .map((rule) => [rule.expr, rule.for, rule.labels.severity])[0];
  assert.deepEqual(found("GatewayListenerCertUnusable"), [
    "certgate_gateway_listener_cert_withheld == 1",
    "5m",
    "warning",
  ]);
  assert.deepEqual(found("GatewayListenerCertExpiringSoon")?.slice(1), ["1h", "warning"]);
  assert.deepEqual(found("TLSBackstopPruningChains"), [
    "certgate_tls_pruned_chains_active > 0",
    "2m",
    "warning",
  ]);
  assert.deepEqual(found("TLSBackstopListenerAllCertsBroken"), [
    "certgate_tls_listeners_left_intact_active > 0",
    "2m",
    "critical",
  ]);
});

Deno.test("rules takes the address of the runbooks, the team, and the names of the network-services-operator", async () => {
  const [group] = await printed({ runbookUrl: "https://wiki.example/r/", team: "edge", compat: "nso" });
  const [{ expr, labels, annotations }] = group.rules;
  assert.equal(expr, "nso_gateway_listener_cert_withheld == 1");
  assert.equal(labels.team, "edge");
  assert.equal(annotations.runbook_url, "https://wiki.example/r#gatewaylistenercertunusable");
});

Deno.test("runbook alone lists every alert", async () => {
  const terminal = new FakeTerminal();
  assert.equal(await runbook(undefined, terminal), 0);
  const lines = terminal.stdout.trimEnd().split("\n");
  assert.deepEqual(lines.map((line) => line.split(" ")[0]), ALERTS.map(({ name }) => name));
});

Deno.test("runbook names the nearest alert where there is none of that name", async () => {
  const terminal = new FakeTerminal();
  assert.equal(await runbook("CertgateSourcDown", terminal), 2);
  assert.equal(
    terminal.stderr,
    'error: Cannot show the runbook of "CertgateSourcDown": there is no such alert\n' +
      'hint: did you mean "CertgateSourceDown"? certgate runbook lists them all\n',
  );
});

Deno.test("runbooks name only commands that there are", async () => {
  const named = new Set([...page.matchAll(/`certgate ([a-z-]+)/g)].map(([, command]) => command));
  assert(named.size >= 6, [...named].join());
  for (const command of named) {
    assert.equal(await runCommandLine([command, "--help"], new FakeTerminal()), 0, `no command ${command}`);
  }
});
