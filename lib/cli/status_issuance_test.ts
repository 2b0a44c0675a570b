import assert from "node:assert/strict";
import { FakeAgent } from "../../tests/fakes/fake_agent.ts";
import { FakeTerminal } from "../../tests/fakes/fake_terminal.ts";
import { sampleStatus } from "../../tests/fakes/gate_status.ts";
import type { IssuanceStatus, IssuedPairStatus } from "../model/mod.ts";
import { runCommandLine } from "./command_line.ts";
import { issuedStep } from "./explain_issued.ts";

const PAIR: IssuedPairStatus = {
  namespace: "public",
  name: "www-tls",
  state: "Issued",
  issuer: "ClusterIssuer/letsencrypt",
  type: "acme",
  dnsNames: ["www.example.com"],
  owner: "Gateway public/edge",
  notAfter: "2027-02-19T12:00:00Z",
  renewAt: "2027-01-20T12:00:00Z",
  attempts: 0,
  nextAttempt: null,
  message: "",
  failure: null,
};

const FAILING: IssuedPairStatus = {
  ...PAIR,
  name: "api-tls",
  state: "Retrying",
  attempts: 2,
  nextAttempt: "2026-11-21T13:00:00Z",
  message: "nobody listens there",
  failure: "unreachable",
};

const status = (pairs: readonly IssuedPairStatus[], failing = 0): IssuanceStatus => ({
  directory: "/var/lib/certgate/issued",
  issuers: [{
    issuer: "ClusterIssuer/letsencrypt",
    type: "acme",
    pairs: pairs.length,
    failing,
    message: failing > 0 ? "nobody listens there" : "",
  }],
  pairs,
  objects: [],
});

async function ask(issuance: IssuanceStatus | null, ...args: string[]) {
  await using agent = new FakeAgent(sampleStatus([{ hostname: "a.test" }]));
  assert(typeof agent.body === "object");
  agent.body = { ...agent.body, issuance };
  const terminal = new FakeTerminal();
  await runCommandLine(["status", "--url", agent.url, ...args], terminal);
  return terminal.stdout;
}

Deno.test("status says nothing of issuance while all is well, and everything if asked", async () => {
  assert.equal(await ask(status([PAIR])), await ask(null));
  const out = await ask(status([PAIR]), "--all");
  assert.match(
    out,
    /^public\/www-tls +ClusterIssuer\/letsencrypt +Issued +2027-02-19 12:00:00Z +2027-01-20 12:00:00Z$/m,
  );
  assert.match(out, /^ClusterIssuer\/letsencrypt +acme +1 +0 +-$/m);
  assert.match(out, /^issued pairs \/var\/lib\/certgate\/issued: 1$/m);
});

Deno.test("status shows what fails, with the words of the issuer and the next attempt", async () => {
  const out = await ask(status([PAIR, FAILING], 2));
  assert.match(out, /^public\/api-tls +ClusterIssuer\/letsencrypt +Retrying /m);
  assert.match(
    out,
    /^public\/api-tls: www\.example\.com, for Gateway public\/edge\n {2}nobody listens there\n {2}2 failed attempts; the next attempt is at 2026-11-21 13:00:00Z$/m,
  );
  assert.match(out, /^ClusterIssuer\/letsencrypt +acme +2 +2 +nobody listens there$/m);
  assert.doesNotMatch(out, /^public\/www-tls +ClusterIssuer/m);
});

Deno.test("status shows what is wrong with annotations, and only that, of an object", async () => {
  const condition = (reason: string, message: string) => ({
    type: "Ready",
    status: "False",
    reason,
    message,
    lastTransitionTime: "2026-11-21T12:00:00Z",
    observedGeneration: 1,
  } as const);
  const objects = [{
    object: "Gateway public/edge",
    conditions: [condition("BadConfig", "common-name is too long")],
  }];
  const out = await ask({ ...status([PAIR]), objects });
  assert.match(out, /^Gateway public\/edge\n {2}common-name is too long \(BadConfig\)$/m);
});

Deno.test("issuedStep() marks what is waited for, what fails, and what fails while a pair is served", () => {
  assert.equal(issuedStep(PAIR, null), null);
  assert.equal(issuedStep({ namespace: "public", name: "other" }, status([PAIR])), null);
  assert.deepEqual(issuedStep(PAIR, status([PAIR])), {
    mark: "ok",
    evidence: [
      "public/www-tls: Issued, by ClusterIssuer/letsencrypt for Gateway public/edge",
      "it is renewed at 2027-01-20 12:00:00Z",
    ],
  });
  const markOf = (pair: IssuedPairStatus) => issuedStep(pair, status([pair]))!.mark;
  assert.equal(markOf(FAILING), "attention");
  assert.equal(markOf({ ...FAILING, notAfter: null }), "failed");
  assert.equal(markOf({ ...PAIR, state: "Waiting", notAfter: null }), "attention");
  assert.deepEqual(issuedStep(FAILING, status([FAILING]))!.evidence.slice(1), [
    "nobody listens there",
    "2 failed attempts",
    "the next attempt is at 2026-11-21 13:00:00Z",
    "it is renewed at 2027-01-20 12:00:00Z",
  ]);
});
