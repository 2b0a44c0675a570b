import assert from "node:assert/strict";
import { FakeAgent } from "../../tests/fakes/fake_agent.ts";
import { FakeTerminal } from "../../tests/fakes/fake_terminal.ts";
import { SAMPLE_END, sampleStatus } from "../../tests/fakes/gate_status.ts";
import { sampleName, samplePlain, sampleSds } from "../../tests/fakes/sds_status.ts";
import type { GateStatus, SdsStatus } from "../model/mod.ts";
import { runCommandLine } from "./command_line.ts";

const plain = samplePlain([
  { hostname: "a.test" },
  { hostname: "b.test", cause: "expired" },
  { hostname: "c.test", cause: "proxy_refuses", held: true },
]);

async function status(gate: GateStatus, sds: SdsStatus | null, ...more: string[]) {
  await using agent = new FakeAgent(gate);
  assert(typeof agent.body === "object");
  agent.body = { ...agent.body, sds };
  const terminal = new FakeTerminal();
  const code = await runCommandLine(["status", "--url", agent.url, ...more], terminal);
  return { code, out: terminal.stdout, err: terminal.stderr };
}

Deno.test("status of a plain Envoy shows every pair in one row, and the words of a refusal", async () => {
  const refused = { version: "ab", message: "KEY_VALUES_MISMATCH", at: SAMPLE_END };
  const sds = sampleSds(plain);
  const names = sds.names.map((name) => name.name.includes("c.test") ? { ...name, refused } : name);
  const { code, out } = await status(plain, { ...sds, names });
  assert.equal(code, 1);
  const lines = out.split("\n").map((line) => line.trimEnd());
  assert.match(lines[0], /^SECRET +NAMES +STATE +TAKEN BY +VALID UNTIL$/);
  assert.match(lines[1], /^default\/a\.test-tls +a\.test +serving +1 of 1 +2030-08-01 12:00:00Z$/);
  assert.match(lines[2], /^default\/b\.test-tls +b\.test +withheld +- +-$/);
  assert.match(lines[3], /^default\/c\.test-tls +c\.test +held +1 of 1 +2030-08-01 12:00:00Z$/);
  assert.match(out, /^pair default\/b\.test-tls\n {2}Envoy is given nothing under this name: its last day/m);
  assert.match(
    out,
    /^pair default\/c\.test-tls\n {2}Envoy refused the new certificate: KEY_VALUES_MISMATCH; the earlier one is served until 2030-08-01 12:00 UTC\.$/m,
  );
  assert.equal(
    lines.at(-3),
    "sds unix:///run/certgate/sds.sock: 1 Envoy connected; of 2 names 2 are asked for, 2 are taken",
  );
  assert.equal(lines.at(-2), "2 of 3 pairs are served; converged");
});

Deno.test("status of a plain Envoy answers 1 where no Envoy asks, and says what to look at", async () => {
  const one = samplePlain([{ hostname: "a.test" }]);
  const names = [sampleName("default/a.test-tls", { subscribers: 0, accepted: 0 })];
  const { code, out } = await status(one, sampleSds(one, { clients: [], names }));
  assert.equal(code, 1);
  assert.match(out, /^sds unix:.*\n {2}No Envoy asks for certificates\n {2}hint: .*certgate envoy-config/m);
  assert.match(out, / published +- /);
  assert.equal((await status(one, sampleSds(one))).code, 0);
});

Deno.test("status --all shows how each pair is delivered, who is connected, and the bundles", async () => {
  const gate = sampleStatus([{ hostname: "a.test" }, { hostname: "b.test" }]);
  const [first, second] = gate.pairs;
  const mixed = { ...gate, pairs: [{ ...first, delivery: "sds" as const }, second] };
  const bundles = [{
    namespace: "ns",
    name: "clients",
    kind: "ConfigMap" as const,
    file: "/c.pem",
    members: 2,
    message: "",
    notAfter: SAMPLE_END,
  }];
  const sds = sampleSds({ pairs: [first] }, { bundles, unknown: ["ns/strange"] });
  const { out } = await status(mixed, sds, "--all");
  assert.match(out, /^default\/a\.test-tls +current +Usable +sds /m);
  assert.match(out, /^default\/b\.test-tls +current +Usable +gateway /m);
  assert.match(out, /^edge-1 +edge +1$/m);
  assert.match(out, /^ns\/clients +ConfigMap +2 +2030-08-01 12:00:00Z +\/c\.pem$/m);
  assert.match(out, /; 1 asked for and not to be had\n2 of 2 hosts serve/);
  assert.match(out, /An Envoy asks for what nobody has: "ns\/strange"/);
});
