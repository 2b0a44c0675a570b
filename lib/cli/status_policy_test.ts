import assert from "node:assert/strict";
import { FakeAgent } from "../../tests/fakes/fake_agent.ts";
import { FakeTerminal } from "../../tests/fakes/fake_terminal.ts";
import { sampleStatus } from "../../tests/fakes/gate_status.ts";
import { sampleCondition, samplePolicy, samplePolicyStatus } from "../../tests/fakes/policy_status.ts";
import type { GateStatus, PolicyStatus } from "../model/mod.ts";
import type { SnapshotStatus } from "../server/mod.ts";
import { runCommandLine } from "./command_line.ts";

async function ask(
  policy: PolicyStatus | null,
  { args = [], gate = sampleStatus([{ hostname: "a.test" }]), snapshots = [] }: {
    args?: readonly string[];
    gate?: GateStatus | null;
    snapshots?: readonly SnapshotStatus[];
  } = {},
) {
  await using agent = new FakeAgent(gate);
  assert(typeof agent.body === "object");
  agent.body = { ...agent.body, policy, snapshots };
  const terminal = new FakeTerminal();
  const code = await runCommandLine(["status", "--url", agent.url, ...args], terminal);
  return { code, out: terminal.stdout };
}

Deno.test("status has a row for each policy and says nothing more of one that is programmed", async () => {
  const route = { kind: "HTTPRoute", name: "shop", sectionName: "pay" } as const;
  const policy = samplePolicy("waf", { targets: [...samplePolicy("waf").targets, route] });
  const { code, out } = await ask(samplePolicyStatus([policy]));
  assert.equal(code, 0);
  assert.match(
    out,
    /\n\nPOLICY +GENERATION +MODE +DIRECTIVES +ON +STATE\ndefault\/waf +2 +Enforce +7 +Gateway eg, HTTPRoute shop\/pay +Programmed\n\n1 of 1 host serves; converged\n$/,
  );
});

Deno.test("status says why a policy is not programmed, and which version is held", async () => {
  const message = "Its last good version stays in use: spec.mode is wrong.";
  const held = samplePolicy("held", {
    generation: 3,
    conditions: [
      sampleCondition("Accepted", { status: "False", reason: "Invalid", message }),
      sampleCondition("Programmed", { status: "False", reason: "Invalid", message }),
    ],
  });
  const waiting = samplePolicy("new", {
    conditions: [
      sampleCondition("Accepted"),
      sampleCondition("Programmed", { status: "False", reason: "Pending", message: "Not taken over yet." }),
    ],
  });
  const { out } = await ask(samplePolicyStatus([held, waiting]));
  assert.match(out, /^default\/held +3 \(2 in use\) .* Invalid$/m);
  assert.match(out, /^default\/new +2 .* Pending$/m);
  assert.match(
    out,
    /^default\/held: \/etc\/certgate\/policy\/held\.yaml:1:1\n {2}Its last good version .*\ndefault\/new: /m,
  );
  assert.equal(out.split(message).length, 2, "what two conditions say alike is said once");
});

Deno.test("status lists connectors, complaints and what failed in the latest answers", async () => {
  const { out } = await ask(
    samplePolicyStatus([], {
      connectors: [
        {
          namespace: "default",
          name: "home",
          place: "/p/a.yaml:1:1",
          online: true,
          nodeId: "node-1",
          missing: false,
        },
        {
          namespace: "default",
          name: "away",
          place: "/p/a.yaml:9:1",
          online: false,
          nodeId: "",
          missing: true,
        },
      ],
      findings: [{ place: "/p/b.yaml:2:3", message: "Cannot use spec.mode", hint: "write Observe" }],
    }),
    {
      snapshots: [{
        gateways: [],
        listeners: [],
        answeredAt: "2030-06-01T12:00:00Z",
        withheld: [],
        failures: [{
          hook: "PostTranslateModify",
          mutation: "connectorRoutes",
          kind: "lint",
          action: "http500",
          scope: "route",
          targets: 3,
          place: 'virtual host "v"',
          message: "a domain would stand twice",
        }],
      }],
    },
  );
  assert.match(
    out,
    /^CONNECTOR +STATE +NODE +PLACE\ndefault\/home +online +node-1 +\/p\/a\.yaml:1:1\ndefault\/away +missing +- +/m,
  );
  assert.match(out, /^policy \/p\/b\.yaml:2:3\n {2}Cannot use spec\.mode\n {2}hint: write Observe$/m);
  assert.match(
    out,
    /^connectorRoutes failed: virtual host "v" and 2 more\n {2}a domain would stand twice \(lint\); it answers 500$/m,
  );
});

Deno.test("status says which call the hook has refused since its latest answer, without policy too", async () => {
  const snapshots: SnapshotStatus[] = [{
    gateways: [{ namespace: "default", name: "edge", revision: "r" }],
    listeners: [],
    answeredAt: "2030-06-01T12:00:00Z",
    withheld: [],
    refused: { at: "2030-06-01T12:01:00Z", message: "Cannot apply wafRoute: a domain would stand twice" },
  }];
  for (const policy of [samplePolicyStatus([]), null]) {
    const { out } = await ask(policy, { snapshots });
    assert.match(
      out,
      /^refused: default\/edge, 2030-06-01T12:01:00Z\n {2}Cannot apply wafRoute: .* twice\n {2}Envoy Gateway goes on with/m,
    );
  }
  assert.doesNotMatch((await ask(null, { snapshots: [{ ...snapshots[0], refused: null }] })).out, /refused:/);
});

Deno.test("status shows the first twenty findings and how many more there are", async () => {
  const findings = Array.from(
    { length: 23 },
    (_, n) => ({ place: `/p/a.yaml:${n}:1`, message: `M${n}`, hint: "" }),
  );
  const { out } = await ask(samplePolicyStatus([], { findings }));
  assert.match(out, /M19\n/);
  assert.doesNotMatch(out, /M20/);
  assert.match(out, /\n {2}and 3 more; -o json has them all\n/);
});

Deno.test("status says that nothing makes Envoy Gateway call, with the gate off too", async () => {
  const policy = samplePolicyStatus([samplePolicy("waf")], { nudges: false });
  const { out } = await ask(policy, { gate: null });
  assert.match(out, /^POLICY /);
  assert.match(
    out,
    /\npolicy\n {2}A change of policy objects waits until .*\n {2}hint: .*\n\nthe gate is off; /,
  );
});

Deno.test("status says nothing of policy where there is none, and with --all what is on", async () => {
  const without = await ask(null);
  assert.equal((await ask(samplePolicyStatus([], { directories: [] }))).out, without.out);
  const page = samplePolicyStatus([samplePolicy("waf")], {
    localReply: { page: "file", problem: "" },
    compat: "nso",
  });
  const { out } = await ask(page, { args: ["--all"] });
  assert.match(
    out,
    /^policy \/etc\/certgate\/policy: 1 files, 1 objects; firewall on, page for errors file, compat nso$/m,
  );
  assert.equal(JSON.parse((await ask(page, { args: ["-o", "json"] })).out).policy.policies[0].name, "waf");
});

Deno.test("status says once that the Envoy of the host has no filter for the firewall, with a policy or without", async () => {
  const wafProblem = "The Envoy of this host, /usr/bin/envoy, has no Go filter";
  const alone = await ask(samplePolicyStatus([], { waf: true, wafProblem }));
  assert.match(alone.out, /\nfirewall\n {2}The Envoy of this host, .* has no Go filter\n/);
  const condition = sampleCondition("Programmed", {
    status: "False",
    reason: "FilterOff",
    message: wafProblem,
  });
  const policy = samplePolicy("waf", { conditions: [condition] });
  const { out } = await ask(samplePolicyStatus([policy], { wafProblem }));
  assert.equal(out.split(wafProblem).length, 2);
});
