import assert from "node:assert/strict";
import { sampleStatus } from "../tests/fakes/gate_status.ts";
import { sampleName, samplePlain, sampleSds } from "../tests/fakes/sds_status.ts";
import { statusLine } from "./agent_status_line.ts";

const good = { hostname: "a.test" };

Deno.test("statusLine() says what is served, and what is withheld for which reason", () => {
  assert.equal(statusLine({ gate: sampleStatus([good]), snapshots: [] }, false), "1 host served");
  const bad = { hostname: "bad.example.com", cause: "expired" } as const;
  const early = { hostname: "early.example.com", cause: "not_yet_valid" } as const;
  assert.equal(
    statusLine({ gate: sampleStatus([good, { hostname: "b.test" }, bad, early]), snapshots: [] }, false),
    "2 hosts served, 2 withheld: bad.example.com (expired), early.example.com (not yet valid)",
  );
});

Deno.test("statusLine() names three hosts and counts the rest", () => {
  const bad = ["a", "b", "c", "d", "e"].map((
    name,
  ) => ({ hostname: `${name}.test`, cause: "expired" } as const));
  assert.equal(
    statusLine({ gate: sampleStatus(bad), snapshots: [] }, false),
    "0 hosts served, 5 withheld: a.test (expired), b.test (expired), c.test (expired) and 2 more",
  );
});

Deno.test("statusLine() says what else is wrong", () => {
  const status = sampleStatus([
    good,
    { hostname: "c.test", cause: "key_mismatch", held: true },
    { hostname: "d.test", delivery: "waiting" },
  ], {
    clock: "The clock stands before the last time that was seen",
    sources: [{ source: "/x/*", up: false, pairs: 0, errors: {}, message: "away", watching: false }],
  });
  assert.equal(
    statusLine(
      { gate: { ...status, output: { ...status.output, message: "no space" } }, snapshots: [] },
      true,
    ),
    "configuration refused, the one in use stays; 2 hosts served; 1 of 3 on the way to Envoy; " +
      "1 with an earlier certificate; 1 source cannot be looked at; nothing can be published; " +
      "the clock of this host is wrong",
  );
});

Deno.test("statusLine() speaks of pairs where Envoy asks for them and there is no Gateway", () => {
  const gate = samplePlain([
    good,
    { hostname: "b.test" },
    { hostname: "c.test", cause: "key_mismatch", held: true },
    { hostname: "bad.test", cause: "expired" },
  ]);
  const names = [sampleName("default/a.test-tls"), sampleName("default/c.test-tls")];
  const status = { gate, snapshots: [], sds: sampleSds(gate, { names }) };
  const line =
    "3 pairs for Envoy, 1 withheld: default/bad.test-tls (expired); 1 with an earlier certificate; ";
  assert.equal(statusLine(status, false), `${line}1 that nobody asks for`);
  const shut = { ...status, sds: { ...status.sds, message: "in use" } };
  assert.match(statusLine(shut, false), /; Envoys cannot ask for certificates$/);
});

Deno.test("statusLine() speaks of the hook alone while the gate is off", () => {
  assert.equal(statusLine({ gate: null, snapshots: [] }, false), "waiting for Envoy Gateway");
  const withheld = {
    hostname: "m.test",
    listener: "default/eg/https",
    secret: "default/m",
    reason: "Unsupported",
    cause: "must_staple",
    message: "",
    detail: "",
    by: "hook",
    notAfter: null,
  } as const;
  const snapshot = { gateways: [], listeners: [], answeredAt: "2030-06-01T12:00:00Z", withheld: [withheld] };
  assert.equal(
    statusLine({ gate: null, snapshots: [snapshot] }, false),
    "1 snapshot answered, 1 withheld: m.test (unsupported)",
  );
});
