import assert from "node:assert/strict";
import { sampleEnvoy, sampleStatus } from "../../tests/fakes/gate_status.ts";
import type { GateStatus } from "../model/mod.ts";
import { digestStatus } from "./digest_status.ts";

const digest = (status: GateStatus) => digestStatus(status, []);

const [good, bad, held, late] = [
  { hostname: "a.test" },
  { hostname: "b.test", cause: "expired" },
  { hostname: "c.test", cause: "key_mismatch", held: true },
  { hostname: "d.test", delivery: "waiting" },
] as const;

Deno.test("digestStatus() gives each listener one word, what is the matter and what to do", () => {
  const { rows } = digest(sampleStatus([good, bad, held, late]));
  assert.deepEqual(rows.map(({ word }) => word), ["serving", "withheld", "held", "waiting"]);
  assert.deepEqual(rows.map(({ usable }) => usable), [true, false, true, false]);
  assert.equal(rows[0].message, "");
  assert.deepEqual([rows[1].message, rows[1].hint], [
    "HTTPS for b.test is off.",
    "renew it; if renewal fails, check that the domain still points here",
  ]);
  assert.match(rows[2].message, /the key belongs to another certificate.* until 2030-08-01 12:00 UTC\./);
  assert.equal(rows[3].message, "Envoy Gateway has not shown the latest version to the hook yet.");
  const unseen = sampleStatus([late]);
  const [row] = digest({
    ...unseen,
    gateways: [{ ...unseen.gateways[0], seenRevision: null }],
  }).rows;
  assert.equal(row.message, "Envoy Gateway has not asked the hook about this Gateway yet.");
  assert.match(row.hint, /^see that Envoy Gateway runs/);
  assert.equal(rows[0].since, "2030-06-01T10:00:00Z");
});

Deno.test("digestStatus() says where a pair has to be that nobody has", () => {
  const [row] = digest(sampleStatus([{ hostname: "a.test", cause: "secret_missing" }], { pairs: [] })).rows;
  assert.match(row.hint, /^put its files where a source finds them under this name/);
});

Deno.test("digestStatus() counts hostnames, not listeners", () => {
  const twice = sampleStatus([good, { ...good, name: "again", port: 9443, delivery: "waiting" }, bad]);
  const { hosts, serving, summary, usable } = digest(twice);
  assert.deepEqual([hosts, serving, usable], [2, 0, false]);
  assert.equal(summary, "0 of 2 hosts serve; not converged");
  assert.equal(digest(sampleStatus([good])).summary, "1 of 1 host serves; converged");
});

Deno.test("digestStatus() says that hosts are published where no Envoy can be asked", () => {
  const { rows, summary } = digest(sampleStatus([{ ...good, delivery: "unknown" }], { envoys: [] }));
  assert.deepEqual([rows[0].word, rows[0].usable], ["published", true]);
  assert.equal(summary, "1 of 1 host is published; converged");
});

Deno.test("digestStatus() names what is wrong elsewhere, what hinders most first", () => {
  const status = sampleStatus([good], {
    clock: "The clock stands before the last time that was seen",
    sources: [
      { source: "/gone/*", up: false, pairs: 0, errors: {}, message: "it is not there", watching: false },
      { source: "/odd/*", up: true, pairs: 1, errors: { unreadable: 2 }, message: "", watching: true },
    ],
    resources: {
      directory: "/etc/gateway",
      files: 1,
      objects: 1,
      findings: [{ place: "/etc/gateway/a.yaml:3:7", message: "Unknown kind", hint: "leave it out" }],
    },
    envoys: [
      sampleEnvoy([], { rejected: { lds: 2, cds: 0, rds: 0, sds: 1 }, warming: ["eg/https"] }),
      sampleEnvoy([], { admin: "127.0.0.1:1", state: "INITIALIZING", warming: ["eg/https"] }),
      sampleEnvoy([], { admin: "127.0.0.1:2", up: false, message: "nobody listens there" }),
    ],
  });
  const { troubles, usable } = digest(status);
  assert.deepEqual(troubles.map(({ about, level, subject }) => [about, level, subject]), [
    ["clock", "failed", "clock"],
    ["source", "failed", "/gone/*"],
    ["source", "attention", "/odd/*"],
    ["envoy", "attention", "127.0.0.1:19000"],
    ["envoy", "attention", "127.0.0.1:19000"],
    ["envoy", "attention", "127.0.0.1:1"],
    ["envoy", "failed", "127.0.0.1:2"],
    ["resource", "attention", "/etc/gateway/a.yaml:3:7"],
  ]);
  assert.equal(troubles[2].message, "2 errors in the latest look");
  assert.match(troubles[3].message, /has refused 2 listener updates, 1 certificate update since it started/);
  assert.match(troubles[5].message, /^The Envoy is INITIALIZING, and listens on nothing/);
  assert.equal(usable, false);
});

Deno.test("digestStatus() lets the hook have the last word on what was published", () => {
  const row = { message: "The proxy cannot use it.", detail: "no staple", by: "hook" as const };
  const withheld = [
    { ...row, hostname: "A.test", secret: "default/a.test-tls" },
    { ...row, hostname: "b.test", secret: "default/b.test-tls" },
    { ...row, hostname: "c.test", secret: "default/another" },
    { ...row, hostname: "d.test", secret: "default/d.test-tls", by: "gate" as const },
  ];
  const status = sampleStatus([good, bad, { hostname: "d.test" }]);
  const { rows, troubles, serving, usable } = digestStatus(status, [{ withheld }]);
  assert.deepEqual(rows.map(({ word }) => word), ["withheld", "withheld", "serving"]);
  assert.deepEqual([rows[0].message, rows[0].detail], [row.message, row.detail]);
  assert.equal(rows[1].message, "HTTPS for b.test is off.", "what the gate says stays");
  assert.deepEqual(troubles.map(({ about, subject }) => [about, subject]), [["hook", "c.test"]]);
  assert.deepEqual([serving, usable], [1, false]);
});
