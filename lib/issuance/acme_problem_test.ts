import assert from "node:assert/strict";
import { readProblem, readRetryAfter, toChallengeFailure, toFailure } from "./acme_problem.ts";

const NOW = Date.UTC(2026, 10, 21, 12);
const SPACE = "urn:ietf:params:acme:error:";
const answer = (status: number, type: string, headers: Record<string, string> = {}) => ({
  status,
  headers,
  data: { type: `${SPACE}${type}`, detail: "because" },
});

Deno.test("toFailure() knows every type of RFC 8555, RFC 9773 and of profiles", () => {
  const kinds = {
    broken: [
      "accountDoesNotExist",
      "badSignatureAlgorithm",
      "externalAccountRequired",
      "invalidContact",
      "invalidProfile",
      "unauthorized",
      "unsupportedContact",
      "userActionRequired",
    ],
    refused: [
      "alreadyReplaced",
      "badCSR",
      "badPublicKey",
      "caa",
      "compound",
      "malformed",
      "orderNotReady",
      "rejectedIdentifier",
      "unsupportedIdentifier",
      // One that nobody knows yet.
      "somethingNew",
    ],
    unreachable: ["badNonce", "serverInternal"],
    rateLimited: ["rateLimited"],
    challenge: ["connection", "dns", "incorrectResponse", "tls"],
  };
  for (const [kind, types] of Object.entries(kinds)) {
    for (const type of types) {
      const { failure, problem } = toFailure(answer(400, type), "acme.example", NOW);
      assert.equal(failure.kind, kind, type);
      assert.equal(failure.message, `Cannot get a certificate of "acme.example": ${type}: because`);
      assert.equal(failure.retryAt, null);
      assert.equal(problem, type);
    }
  }
});

Deno.test("toFailure() goes by the status where no type helps, and keeps when to come back", () => {
  const kindOf = (status: number, data: unknown) =>
    toFailure({ status, headers: {}, data }, "x", NOW).failure.kind;
  for (const data of ["<h1>bad gateway</h1>", null, [], { type: 7, detail: [] }, { type: "about:blank" }]) {
    assert.equal(kindOf(502, data), "unreachable");
    assert.equal(kindOf(403, data), "refused");
    assert.equal(kindOf(429, data), "rateLimited");
  }
  const limited = toFailure(answer(429, "rateLimited", { "retry-after": "3600" }), "x", NOW);
  assert.equal(limited.failure.retryAt, NOW + 3_600_000);
  const away = toFailure(answer(503, "serverInternal", { "retry-after": "60" }), "x", NOW);
  assert.deepEqual([away.failure.kind, away.failure.retryAt], ["unreachable", NOW + 60_000]);
});

Deno.test("toChallengeFailure() names who could not be proven, and what of that is a refusal", () => {
  const { failure } = toChallengeFailure("www.example.com", answer(403, "unauthorized").data);
  assert.deepEqual([failure.kind, failure.message], [
    "challenge",
    'Cannot prove control over "www.example.com": because',
  ]);
  assert.equal(toChallengeFailure("x", answer(403, "caa").data).failure.kind, "refused");
  assert.match(toChallengeFailure("x", undefined).failure.message, /the issuer does not say why$/);
});

Deno.test("readProblem() makes one line of everything that is wrong", () => {
  const data = {
    type: `${SPACE}compound`,
    detail: "several\nthings \u001b[31m",
    subproblems: [{ detail: "no", identifier: { value: "a.example" } }, { detail: "never" }, 7, {}],
  };
  const words = "several?things ?[31m; a.example: no; never";
  assert.deepEqual(readProblem(data), { type: "compound", words });
  assert.ok(readProblem({ detail: "x".repeat(10_000) }).words.length <= 300);
});

Deno.test("readRetryAfter() takes seconds and dates, and no time that cannot be meant", () => {
  const read = (text?: string) =>
    readRetryAfter({ headers: text === undefined ? {} : { "retry-after": text } }, NOW);
  assert.equal(read("120"), NOW + 120_000);
  assert.equal(read("Sat, 21 Nov 2026 13:00:00 GMT"), NOW + 3_600_000);
  assert.equal(read("Sat, 21 Nov 2026 11:00:00 GMT"), NOW);
  assert.equal(read("999999999"), NOW + 30 * 86_400_000);
  for (const text of [undefined, "", "soon", "-", "1e99x"]) assert.equal(read(text), null, String(text));
});
