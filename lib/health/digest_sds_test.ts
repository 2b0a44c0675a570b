import assert from "node:assert/strict";
import { SAMPLE_END, sampleStatus } from "../../tests/fakes/gate_status.ts";
import { sampleName, samplePlain, sampleSds } from "../../tests/fakes/sds_status.ts";
import type { GateStatus, SdsStatus } from "../model/mod.ts";
import { digestPairs, isPlainEnvoy, refusalOf } from "./digest_sds.ts";
import { digestStatus } from "./digest_status.ts";

const good = { hostname: "a.test" };
const bad = { hostname: "b.test", cause: "expired" } as const;
const held = { hostname: "c.test", cause: "proxy_refuses", held: true } as const;
const [A, B, C] = ["default/a.test-tls", "default/b.test-tls", "default/c.test-tls"];

const plain = samplePlain([good, bad, held]);
const words = (gate: GateStatus, sds: SdsStatus) => digestPairs(gate, sds).map(({ word }) => word);

Deno.test("digestPairs() gives each pair one word, and says whose certificate is asked for and taken", () => {
  const rows = digestPairs(plain, sampleSds(plain));
  assert.deepEqual(rows.map(({ secret }) => secret), [A, B, C]);
  assert.deepEqual(rows.map(({ word }) => word), ["serving", "withheld", "held"]);
  assert.deepEqual(rows.map(({ usable }) => usable), [true, false, true]);
  assert.deepEqual([rows[0].asked, rows[0].taken, rows[0].names], [1, 1, ["a.test"]]);
  assert.equal(rows[1].message, "Envoy is given nothing under this name: its last day has passed.");
  assert.match(rows[1].hint, /^renew it/);
  const late = sampleSds(plain, { names: [sampleName(A, { subscribers: 3, accepted: 1 })] });
  assert.deepEqual(words(plain, late), ["waiting", "withheld", "held"]);
  assert.match(digestPairs(plain, late)[0].message, /^2 of 3 that ask for it have not taken its newest/);
  assert.deepEqual(words(plain, sampleSds(plain, { names: [] })), ["published", "withheld", "held"]);
});

Deno.test("digestPairs() knows only the pairs that Envoy asks certgate for", () => {
  const [first, ...rest] = plain.pairs;
  const { delivery: _, ...byGateway } = first;
  assert.deepEqual(words({ ...plain, pairs: [byGateway, ...rest] }, sampleSds(plain)), ["withheld", "held"]);
});

Deno.test("refusalOf() has the words of the Envoy, and until when the earlier certificate is served", () => {
  const refused = { version: "ab", message: "KEY_VALUES_MISMATCH", at: SAMPLE_END };
  const sds = sampleSds(plain, { names: [A, C].map((name) => sampleName(name, { refused })) });
  const [a, , c] = plain.pairs;
  const sentence =
    "Envoy refused the new certificate: KEY_VALUES_MISMATCH; the earlier one is served until 2030-08-01 12:00 UTC.";
  assert.equal(refusalOf(c, sds), sentence);
  assert.equal(digestPairs(plain, sds)[2].message, sentence);
  assert.match(refusalOf({ ...c, serving: null, served: null }, sds)!, /; there is no earlier one\.$/);
  assert.equal(refusalOf(a, sds), null, "what was refused before is of the past once the pair is well");
  assert.equal(refusalOf(c, null), null);
  const gate = sampleStatus([{ ...held, message: "The new certificate cannot be used." }]);
  assert.equal(digestStatus(gate, [], sds).rows[0].message, sentence, "with a Gateway the listener says it");
});

Deno.test("isPlainEnvoy() holds where pairs are asked for and no Gateway is there", () => {
  assert.ok(isPlainEnvoy(plain));
  assert.ok(isPlainEnvoy(samplePlain([]), sampleSds(plain)));
  assert.ok(!isPlainEnvoy(samplePlain([])));
  assert.ok(!isPlainEnvoy(sampleStatus([good]), sampleSds(plain)));
});

Deno.test("digestStatus() counts pairs where there is no Gateway", () => {
  const { summary, usable, rows, pairs } = digestStatus(plain, [], sampleSds(plain));
  assert.deepEqual([summary, usable, rows.length, pairs.length], [
    "2 of 3 pairs are served; converged",
    false,
    0,
    3,
  ]);
  const one = samplePlain([good]);
  assert.equal(digestStatus(one, [], sampleSds(one)).usable, true);
  const alone = digestStatus(
    one,
    [],
    sampleSds(one, { clients: [], names: [sampleName(A, ASKED_BY_NOBODY)] }),
  );
  assert.deepEqual([alone.summary, alone.usable], ["1 of 1 pair can be asked for; not converged", false]);
  assert.deepEqual(digestStatus(sampleStatus([good]), [], sampleSds(one)).pairs, []);
});

const ASKED_BY_NOBODY = { subscribers: 0, accepted: 0 };
