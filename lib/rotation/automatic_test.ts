import assert from "node:assert/strict";
import type { CertificateFacts } from "../model/mod.ts";
import { type AutomaticSituation, decideAutomatic, isNearEnd, rotationMoment } from "./automatic.ts";

const cert = (notBefore: number, notAfter: number, first = "80") =>
  ({ notBefore, notAfter, fingerprint: [first, ...Array(31).fill("00")].join(":") }) as CertificateFacts;
const rule = { renewAt: 0.6, jitter: 0.1 };

Deno.test("rotationMoment() is the first of the authority and its leaves", () => {
  const authority = cert(0, 1000, "FF");
  const late = rotationMoment({ authority, leaves: {} }, rule)!;
  assert(late > 699 && late <= 700);
  assert.equal(rotationMoment({ authority, leaves: { envoy: cert(0, 2000) } }, rule), late);
  const sooner = rotationMoment({ authority, leaves: { envoy: cert(100, 200) } }, rule)!;
  assert(sooner > 169 && sooner <= 170);
  assert.equal(rotationMoment({ authority: null, leaves: {} }, rule), null);
});

Deno.test("rotationMoment() spreads authorities evenly over the jitter", () => {
  const moments = Array.from({ length: 256 }, (_, i) => {
    const authority = cert(0, 1000, i.toString(16).padStart(2, "0"));
    return rotationMoment({ authority, leaves: {} }, rule)!;
  });
  assert.equal(Math.min(...moments), 500);
  assert(Math.max(...moments) > 699);
  assert(Math.abs(moments.reduce((a, b) => a + b) / 256 - 600) < 1);
  assert.equal(new Set(moments).size, 256);
});

Deno.test("isNearEnd() goes by the share of the lifetime that is left", () => {
  assert.equal(isNearEnd(cert(0, 1000), 850), false);
  assert.equal(isNearEnd(cert(0, 1000), 851), true);
});

Deno.test("decideAutomatic() holds what begins for the clock, and what goes on only for a failure", () => {
  const pending = { mode: "staged", phase: "trust" } as NonNullable<AutomaticSituation["pending"]>;
  const due: AutomaticSituation = {
    automatic: true,
    mode: "single",
    moment: 5,
    pending: null,
    own: false,
    now: 5,
    doubt: "",
    backOff: 0,
    unsteady: 0,
  };
  const kind = (changes: Partial<AutomaticSituation>) => decideAutomatic({ ...due, ...changes }).kind;
  assert.deepEqual(decideAutomatic(due), { kind: "rotate", mode: "single" });
  for (
    const changes of [{ now: 4 }, { moment: null }, { automatic: false }, { doubt: "x" }, { unsteady: 1 }]
  ) {
    assert.equal(kind(changes), "wait", JSON.stringify(changes));
    assert.equal(kind({ ...changes, pending, own: true }), "finish", JSON.stringify(changes));
  }
  assert.equal(kind({ backOff: 1 }), "wait");
  assert.equal(kind({ pending, backOff: 1 }), "wait");
  assert.equal(kind({ pending, automatic: false }), "wait");
  assert.deepEqual(decideAutomatic({ ...due, pending }), { kind: "finish", mode: "staged" });
});
