import assert from "node:assert/strict";
import { adviseWarnings, coversName } from "./advise_warnings.ts";
import type { CertificateFacts } from "../model/mod.ts";
import { factsOf, pairFacts } from "./_test_facts.ts";

const NOW = Date.UTC(2026, 5, 1);
const ISSUER = factsOf({ subject: "CN=Issuer", issuer: "CN=Root", isCa: true, names: [] });
const ROOT = factsOf({ subject: "CN=Root", issuer: "CN=Root", isCa: true, names: [] });
const codes = (...chain: CertificateFacts[]): string[] =>
  adviseWarnings(pairFacts(...chain), [], NOW).map(({ code }) => code);

Deno.test("adviseWarnings() finds nothing odd about a usual chain", () => {
  assert.deepEqual(adviseWarnings(pairFacts(factsOf(), ISSUER), ["a.example.com"], NOW), []);
  assert.deepEqual(codes(factsOf(), ISSUER, ROOT), []);
  assert.deepEqual(codes(factsOf({ issuer: "CN=a.example.com" })), []);
  assert.deepEqual(adviseWarnings(pairFacts(), ["a"], NOW), []);
});

Deno.test("adviseWarnings() names the hostnames that are not covered", () => {
  const [warning, ...others] = adviseWarnings(pairFacts(factsOf(), ISSUER), [
    "a.example.com",
    "b.example.com",
  ], NOW);
  assert.deepEqual(warning, { code: "NameNotCovered", message: "The certificate is not for b.example.com" });
  assert.deepEqual(others, []);
});

Deno.test("adviseWarnings() misses an issuer that is not in the file", () => {
  assert.deepEqual(codes(factsOf()), ["ChainIncomplete"]);
  assert.deepEqual(codes(factsOf(), ROOT), ["ChainIncomplete"]);
  assert.deepEqual(codes(factsOf(), factsOf({ ...ISSUER, issuer: "CN=Middle" }), ROOT), ["ChainIncomplete"]);
});

Deno.test("adviseWarnings() finds members that have expired, weak signatures, long lifetimes and wrong purposes", () => {
  assert.deepEqual(codes(factsOf(), { ...ISSUER, notAfter: NOW }), ["ChainMemberExpired"]);
  assert.deepEqual(codes(factsOf(), { ...ISSUER, notAfter: NOW + 1 }), []);
  assert.deepEqual(codes(factsOf({ signature: "ecdsa-with-SHA1" }), ISSUER), ["Sha1Signature"]);
  assert.deepEqual(codes(factsOf(), { ...ISSUER, signature: "sha1WithRSAEncryption" }), ["Sha1Signature"]);
  assert.deepEqual(codes(factsOf(), ISSUER, { ...ROOT, signature: "sha1WithRSAEncryption" }), []);
  assert.deepEqual(codes(factsOf({ extendedKeyUsage: ["clientAuth"] }), ISSUER), ["NoServerAuth"]);
  assert.deepEqual(codes(factsOf({ extendedKeyUsage: ["anyExtendedKeyUsage"] }), ISSUER), []);
  assert.deepEqual(codes(factsOf({ extendedKeyUsage: null }), ISSUER), []);
});

Deno.test("adviseWarnings() counts the last second of a lifetime", () => {
  const notBefore = Date.UTC(2026, 0, 1);
  const after = (seconds: number): string[] =>
    codes(factsOf({ notBefore, notAfter: notBefore + (825 * 86_400 + seconds) * 1000 }), ISSUER);
  assert.deepEqual(after(-1), []);
  assert.deepEqual(after(0), ["LifetimeOver825Days"]);
});

Deno.test("adviseWarnings() tells that the end is near from the given time on", () => {
  const soon = (now: number): string[] =>
    adviseWarnings(pairFacts(factsOf(), { ...ISSUER, notAfter: Infinity }), [], now, {
      expiresSoon: 86_400_000,
    }).map(({ message }) => message);
  const { notAfter } = factsOf();
  assert.deepEqual(soon(notAfter - 86_400_001), []);
  assert.deepEqual(soon(notAfter - 86_400_000), ["The certificate expires in 1 day"]);
  assert.deepEqual(soon(notAfter - 7_200_000), ["The certificate expires in 2 h"]);
  assert.deepEqual(soon(notAfter), []);
});

Deno.test("coversName() lets a wildcard stand for one whole label", () => {
  const yes = [
    ["a.example.com", "A.Example.com."],
    ["*.example.com", "a.example.com"],
    ["*.example.com", "*.example.com"],
    ["192.0.2.1", "192.0.2.1"],
  ];
  const no = [
    ["*.example.com", "example.com"],
    ["*.example.com", "a.b.example.com"],
    ["*.example.com", ".example.com"],
    ["*.com", "example.com"],
    ["a*.example.com", "ab.example.com"],
    ["*.0.2.1", "192.0.2.1"],
    ["a.example.com", "*.example.com"],
    ["*.b.example.com", "*.example.com"],
  ];
  for (const [name, host] of yes) assert.ok(coversName(name, host), `${name} ${host}`);
  for (const [name, host] of no) assert.ok(!coversName(name, host), `${name} ${host}`);
});
