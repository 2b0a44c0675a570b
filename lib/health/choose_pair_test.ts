import assert from "node:assert/strict";
import { type CertificateFacts, KeyMaterial, type Problem, type Summary } from "../model/mod.ts";
import { type ArrivedPair, type ChooseOptions, choosePair, type JudgedPair } from "./choose_pair.ts";
import { factsOf as certificate } from "./_test_facts.ts";

const START = Date.UTC(2026, 0, 1), END = Date.UTC(2026, 2, 1), NEXT_END = Date.UTC(2026, 4, 1);
const NOW = Date.UTC(2026, 1, 1);
const MINUTE = 60_000;

function made(hash: string, notBefore: number, notAfter: number, problem: Problem | null = null): JudgedPair {
  const leaf: CertificateFacts = certificate({ notBefore, notAfter, serial: hash });
  const summary: Summary = { problem, notBefore, notAfter, temporary: false };
  const pair = { certificate: new Uint8Array(), key: new KeyMaterial(new Uint8Array()) };
  return { pair, hash, summary, certificates: [leaf] };
}
const arrive = (pair: JudgedPair, problem: Problem | null = null): ArrivedPair => ({ ...pair, problem });
const brief = (arrived: ArrivedPair, earlier: JudgedPair | null, now = NOW, options: ChooseOptions = {}) => {
  const { verdict, served, edge } = choosePair(arrived, earlier, now, options);
  return [verdict.reason, served && `${served.from} ${served.hash}`, edge];
};

const good = made("good", START, END);
const renewed = made("renewed", START, NEXT_END);
const MISMATCH = { cause: "key_mismatch", detail: "" } as const;
const broken = made("broken", START, NEXT_END, MISMATCH);

Deno.test("choosePair() serves what arrived where it is usable", () => {
  assert.deepEqual(brief(arrive(renewed), good), ["Usable", "current renewed", NEXT_END]);
  assert.deepEqual(brief(arrive(good), null), ["Usable", "current good", END]);
});

Deno.test("choosePair() holds the last good pair while a renewal is broken, until it runs out itself", () => {
  assert.deepEqual(brief(arrive(broken), good), ["KeyMismatch", "held good", END]);
  assert.deepEqual(brief(arrive(broken), good, END), ["KeyMismatch", null, null]);
  const margin = { margin: MINUTE };
  assert.deepEqual(brief(arrive(broken), good, NOW, margin), ["KeyMismatch", "held good", END - MINUTE]);
  assert.deepEqual(brief(arrive(broken), good, END - MINUTE, margin), ["KeyMismatch", null, null]);
});

Deno.test("choosePair() holds while the files cannot be read, and not when the pair was taken away", () => {
  const nothing = made("", -Infinity, Infinity, { cause: "pair_missing", detail: "" });
  const unreadable = { cause: "file_unreadable", detail: "Permission denied" } as const;
  assert.deepEqual(brief(arrive(nothing, unreadable), good), ["Unreadable", "held good", END]);
  const gone = { cause: "pair_missing", detail: "" } as const;
  assert.deepEqual(brief(arrive(nothing, gone), good), ["Missing", null, null]);
});

Deno.test("choosePair() holds until a renewal that comes too early becomes valid", () => {
  const early = made("early", NOW + MINUTE, NEXT_END);
  assert.deepEqual(brief(arrive(early), good), ["NotYetValid", "held good", NOW + MINUTE]);
  assert.deepEqual(brief(arrive(early), good, NOW + MINUTE), ["Usable", "current early", NEXT_END]);
});

Deno.test("choosePair() lets nothing stand in for the same content, nor where holding is switched off", () => {
  assert.deepEqual(brief(arrive(good), good, END), ["Expired", null, null]);
  assert.deepEqual(brief(arrive(broken), good, NOW, { hold: false }), ["KeyMismatch", null, null]);
});

Deno.test("choosePair() lets dates alone not withhold what neverGate names", () => {
  assert.deepEqual(brief(arrive(good), null, END, { neverGate: true }), ["Expired", "current good", null]);
  assert.deepEqual(brief(arrive(broken), null, NOW, { neverGate: true }), ["KeyMismatch", null, null]);
});

Deno.test("choosePair() judges the later certificates of the file where that is wanted", () => {
  const issuer = certificate({ notBefore: START, notAfter: NOW, subject: "CN=issuer" });
  const chained = arrive({ ...good, certificates: [...good.certificates, issuer] });
  const strict = { chainDates: "withhold", margin: MINUTE } as const;
  assert.deepEqual(brief(chained, null, NOW), ["Usable", "current good", END]);
  assert.equal(choosePair(chained, null, NOW).warnings.at(-1)?.code, "ChainMemberExpired");
  assert.deepEqual(brief(chained, null, NOW - MINUTE - 1, strict), [
    "Usable",
    "current good",
    NOW - MINUTE,
  ]);
  assert.equal(choosePair(chained, null, NOW - MINUTE, strict).verdict.cause, "chain_expired");
});

Deno.test("choosePair() says from when a pair counts as expiring soon, as a fraction and as a time", () => {
  const fraction = choosePair(arrive(good), null, NOW, { expiresSoon: 0.25 });
  assert.equal(fraction.soonFrom, END - (END - START) / 4);
  assert.equal(fraction.edge, fraction.soonFrom, "the warning begins at that edge");
  assert(!fraction.warnings.some(({ code }) => code === "ExpiresSoon"));
  const late = choosePair(arrive(good), null, fraction.soonFrom!, { expiresSoon: 0.25 });
  assert(late.warnings.some(({ code }) => code === "ExpiresSoon"));
  assert.equal(late.edge, END);
  assert.equal(
    choosePair(arrive(good), null, NOW, { expiresSoon: 5 * 86_400_000 }).soonFrom,
    END - 432_000_000,
  );
});
