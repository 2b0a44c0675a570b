import assert from "node:assert/strict";
import { sampleStatus } from "../../tests/fakes/gate_status.ts";
import { sampleName, samplePlain, sampleSds } from "../../tests/fakes/sds_status.ts";
import type { GateStatus } from "../model/mod.ts";
import type { AgentStatus } from "../server/mod.ts";
import { missingFor, readGoal } from "./wait_goal.ts";

function missing(goal: string, gate: GateStatus | null, changes: Partial<AgentStatus> = {}): string | null {
  const status = { version: "1", ready: true, envoy: null, snapshots: [], gate, ...changes };
  return missingFor(readGoal(goal)!, status);
}

const good = { hostname: "a.test" };
const bad = { hostname: "b.test", cause: "expired" } as const;
const late = { hostname: "c.test", delivery: "waiting" } as const;

Deno.test("readGoal() reads the three goals and nothing else", () => {
  assert.deepEqual(readGoal("converged"), { kind: "converged" });
  assert.deepEqual(readGoal("programmed=A.test"), { kind: "programmed", hostname: "a.test" });
  assert.deepEqual(readGoal("withheld=*.a.test"), { kind: "withheld", hostname: "*.a.test" });
  for (const wrong of ["", "Converged", "programmed", "programmed=", "withheld=a b", "ready=a.test"]) {
    assert.equal(readGoal(wrong), null, wrong);
  }
});

Deno.test("missingFor() converged: every Gateway has converged, else which has not and why", () => {
  assert.equal(missing("converged", sampleStatus([good, bad])), null);
  assert.equal(
    missing("converged", sampleStatus([good, late])),
    "1 of 1 Gateways are not there yet (default/eg); " +
      "c.test: Envoy Gateway has not shown the latest version to the hook yet.",
  );
  const stuck = sampleStatus([good], { converged: false });
  const output = { ...stuck.output, message: "Cannot write the file: no space" };
  assert.equal(missing("converged", { ...stuck, output }), "Cannot write the file: no space");
});

Deno.test("missingFor() converged: names what Envoy has not taken where every Gateway is there", () => {
  const status = sampleStatus([good]);
  const gate = { ...status, converged: false };
  const sds = { ...sampleSds(status), names: [sampleName("default/a.test-tls", { accepted: 0 })] };
  assert.equal(
    missing("converged", gate, { sds }),
    '"default/a.test-tls" is not taken by everybody who asks for it',
  );
  assert.match(missing("converged", gate)!, /at work on what has just changed/);
});

Deno.test("missingFor() programmed: every listener of the host is programmed", () => {
  assert.equal(missing("programmed=a.test", sampleStatus([good, bad])), null);
  assert.equal(missing("programmed=a.test", sampleStatus([{ ...good, delivery: "unknown" }])), null);
  const twice = sampleStatus([good, { ...good, name: "again", delivery: "waiting" }]);
  assert.match(missing("programmed=a.test", twice)!, /^listener "again" is waiting: Envoy Gateway has not/);
  assert.equal(
    missing("programmed=b.test", sampleStatus([good, bad])),
    'listener "https-b" is withheld: HTTPS for b.test is off.',
  );
  assert.equal(missing("programmed=x.test", sampleStatus([good])), 'no listener has the hostname "x.test"');
});

Deno.test("missingFor() withheld: left out, and Envoy Gateway has taken that over", () => {
  assert.equal(missing("withheld=b.test", sampleStatus([good, bad])), null);
  assert.equal(missing("withheld=a.test", sampleStatus([good])), 'listener "https-a" is published');
  const fresh = sampleStatus([good, bad, late]);
  assert.match(missing("withheld=b.test", fresh)!, /is left out, and Envoy Gateway has not shown that/);
  const out = { ...fresh.gateways[0], published: [], revision: "" };
  assert.equal(missing("withheld=b.test", { ...fresh, gateways: [out] }), null);
});

Deno.test("missingFor() asks the hook where the gate is off", () => {
  const snapshots = [{
    gateways: [],
    listeners: [],
    answeredAt: "",
    withheld: [{ hostname: "m.test" } as never],
  }];
  assert.equal(missing("withheld=m.test", null, { snapshots }), null);
  assert.equal(missing("withheld=a.test", null, { snapshots }), 'the hook does not withhold "a.test"');
  assert.match(missing("converged", null)!, /the gate is off/);
});

Deno.test("missingFor() believes nothing while certgate is loading", () => {
  assert.equal(missing("converged", sampleStatus([good]), { ready: false }), "certgate is still loading");
});

Deno.test("missingFor() without a Gateway: who asks has taken it, and somebody asks", () => {
  const plain = samplePlain([good, bad, { hostname: "*.w.test" }]);
  const sds = sampleSds(plain);
  const [a, w] = ["default/a.test-tls", "default/any.w.test-tls"];
  assert.equal(missing("converged", plain, { sds }), null);
  assert.equal(missing("programmed=a.test", plain, { sds }), null);
  assert.equal(missing("programmed=x.w.test", plain, { sds }), null);
  assert.equal(missing("withheld=b.test", plain, { sds }), null);
  assert.match(
    missing("programmed=b.test", plain, { sds })!,
    /b\.test-tls" is withheld: Envoy is given nothing/,
  );
  assert.equal(missing("withheld=a.test", plain, { sds }), `"${a}" can be asked for`);
  assert.equal(missing("programmed=x.test", plain, { sds }), 'no pair has the hostname "x.test"');
  const late = { ...sds, names: [sampleName(a, { accepted: 0 }), sampleName(w)] };
  assert.match(missing("converged", plain, { sds: late })!, /is waiting: 1 of 1 that ask for it has not/);
  assert.match(missing("programmed=a.test", plain, { sds: late })!, /is waiting/);
  assert.equal(missing("programmed=y.w.test", plain, { sds: late }), null);
  const unasked = sampleName(a, { subscribers: 0, accepted: 0 });
  const alone = { ...sds, clients: [], names: [unasked] };
  assert.equal(missing("converged", plain, { sds: alone }), "no Envoy is connected");
  assert.equal(missing("programmed=a.test", plain, { sds: alone }), "no Envoy asks for it");
  const trust = { ...sds, names: [sampleName("trust/ns/ca", { kind: "validation", accepted: 0 })] };
  assert.equal(
    missing("converged", plain, { sds: trust }),
    '"trust/ns/ca" is not taken by everybody who asks for it',
  );
  assert.equal(missing("converged", plain, { sds: { ...sds, message: "in use" } }), "in use");
  // All is taken, and the gate or the admin endpoint of Envoy knows better.
  assert.match(
    missing("converged", { ...plain, converged: false }, { sds })!,
    /at work on what has just changed/,
  );
});
