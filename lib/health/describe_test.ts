import assert from "node:assert/strict";
import { type Cause, CAUSES } from "../model/mod.ts";
import { describe } from "./describe.ts";
import { verdictOf } from "./judge.ts";

const DATES = { notBefore: Date.UTC(2026, 10, 21, 14, 5, 6), notAfter: Date.UTC(2027, 1, 3, 4, 5, 59) };
const say = (cause: Cause): string => describe("a.example.com", verdictOf("withhold", cause), DATES);

Deno.test("describe() says for each reason what happened and what to do", () => {
  assert.equal(
    say("expired"),
    "HTTPS for a.example.com is stopped: its certificate ran out on 2027-02-03 04:05 UTC. It starts again once a " +
      "valid certificate is in place. If you moved the domain, check its DNS.",
  );
  assert.equal(
    say("not_yet_valid"),
    "HTTPS for a.example.com starts on 2026-11-21 14:05 UTC, when its certificate becomes valid. Nothing to do.",
  );
  assert.equal(
    say("temporary"),
    "No certificate could be obtained for a.example.com yet, so HTTPS is off. Check that the domain points here.",
  );
  assert.equal(say("not_issued"), say("temporary"));
  assert.equal(say("key_missing"), "The certificate files for a.example.com are not there, so HTTPS is off.");
  assert.equal(
    say("key_mismatch"),
    "The certificate and key for a.example.com do not belong together, so HTTPS is off.",
  );
  assert.equal(say("key_encrypted"), "The certificate for a.example.com cannot be read, so HTTPS is off.");
  assert.equal(
    say("must_staple"),
    "The proxy cannot use the certificate for a.example.com (the certificate demands a stapled OCSP answer, and there " +
      "is none), so HTTPS is off.",
  );
});

Deno.test("describe() has nothing to say of what is served", () => {
  assert.equal(describe("a.example.com", verdictOf("serve", "usable"), DATES), "");
  assert.equal(describe("a.example.com", verdictOf("serve", "expired"), DATES), "");
});

Deno.test("describe() copes with dates that are unknown or far away", () => {
  const expired = verdictOf("withhold", "expired");
  const say = (notAfter: number): string => describe("a", expired, { notBefore: 0, notAfter });
  assert.match(say(Infinity), /ran out on an unknown date\./);
  assert.match(say(NaN), /ran out on an unknown date\./);
  assert.match(say(Date.UTC(9999, 11, 31)), /ran out on 9999-12-31 00:00 UTC\./);
});

Deno.test("describe() uses no word that only experts know", () => {
  for (const cause of Object.keys(CAUSES) as Cause[]) {
    const message = say(cause);
    assert.doesNotMatch(message, /\b(PEM|DER|SDS|NACK|ASN\.1|PKCS|X\.509|SAN|xDS)\b/i, cause);
    assert.ok(message === "" || (message.endsWith(".") && !message.includes("{")), cause);
  }
});
