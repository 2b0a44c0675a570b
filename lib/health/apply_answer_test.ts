import assert from "node:assert/strict";
import type { Summary } from "../model/mod.ts";
import { applyAnswer } from "./apply_answer.ts";

const GOOD: Summary = { problem: null, notBefore: 1, notAfter: 2, temporary: false };
const BAD: Summary = { ...GOOD, problem: { cause: "rsa_too_small", detail: "RSA 1024 bit" } };
const detailOf = (message: string): string =>
  applyAnswer(GOOD, { accepted: false, message }).summary.problem!.detail;

Deno.test("applyAnswer() changes nothing where both agree", () => {
  assert.deepEqual(applyAnswer(GOOD, { accepted: true }), { summary: GOOD, overruled: false });
  assert.deepEqual(applyAnswer(BAD, { accepted: false, message: "only RSA" }), {
    summary: BAD,
    overruled: false,
  });
});

Deno.test("applyAnswer() lets Envoy's yes win", () => {
  assert.deepEqual(applyAnswer(BAD, { accepted: true }), { summary: GOOD, overruled: true });
});

Deno.test("applyAnswer() lets Envoy's no win, with its words", () => {
  const message = "Failed to load private key from <inline>, Cause: error:0b000074:X.509 certificate " +
    "routines:OPENSSL_internal:KEY_VALUES_MISMATCH";
  assert.deepEqual(applyAnswer(GOOD, { accepted: false, message }), {
    summary: { ...GOOD, problem: { cause: "proxy_refuses", detail: message } },
    overruled: true,
  });
});

Deno.test("applyAnswer() keeps what is missing missing", () => {
  const missing: Summary = { ...GOOD, problem: { cause: "key_missing", detail: "" } };
  assert.equal(applyAnswer(missing, { accepted: false, message: "incomplete" }).summary, missing);
});

Deno.test("applyAnswer() shows no key bytes", () => {
  const secret = "MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgxzMMA7Byvh7dg22ovLDLrqQy";
  const pem = `-----BEGIN PRIVATE KEY-----\n${
    secret.replace(/(.{30})/g, "$1\n")
  }\n-----END PRIVATE KEY-----\n`;
  assert.equal(detailOf(`bad ${pem} end`), "bad … end");
  assert.equal(detailOf(`bad ${pem.slice(0, 60)}`), "bad …");
  assert.equal(detailOf(`inline_bytes: "${secret}"`), 'inline_bytes: "…"');
});

Deno.test("applyAnswer() keeps the message to one short line", () => {
  assert.equal(detailOf("a\n\tb\u0000\u001b[31mc"), "a b [31mc");
  assert.equal(detailOf("word ".repeat(100_000)).length, 240);
});
