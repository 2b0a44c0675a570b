import assert from "node:assert/strict";
import { makeKey, readFacts } from "../pki/mod.ts";
import { openSelfSignedIssuer } from "./self_signed_issuer.ts";
import { DAY, NOW, requestOf } from "./_test_request.ts";

const never = new AbortController().signal;
const issuer = openSelfSignedIssuer({ clock: () => NOW });

for (const key of [{ algorithm: "ECDSA", size: 521 }, { algorithm: "Ed25519" }, {}] as const) {
  Deno.test(`openSelfSignedIssuer() gives a chain that is its own authority (${key.algorithm ?? "RSA"})`, async () => {
    const request = await requestOf({ ipAddresses: ["192.0.2.1"] }, await makeKey(key));
    const result = await issuer.issue(request, never);
    assert(result.ok);
    assert.deepEqual(result.ca, result.chain);
    const { problem, certificates, notBefore, notAfter } = readFacts({
      certificate: result.chain,
      key: request.key,
    });
    assert.equal(problem, null);
    assert.equal(certificates.length, 1);
    assert.deepEqual(certificates[0].names, ["www.example.com", "192.0.2.1"]);
    assert.equal(certificates[0].isCa, false);
    // cert-manager's usual lifetime; a minute for clocks that are behind.
    assert.deepEqual([notBefore, notAfter], [NOW - 60_000, NOW + 90 * DAY - 1000]);
  });
}

Deno.test("openSelfSignedIssuer() refuses a request for another key", async () => {
  const [request, other] = await Promise.all([requestOf(), requestOf()]);
  const result = await issuer.issue({ ...request, key: other.key }, never);
  assert.deepEqual(result, {
    ok: false,
    kind: "refused",
    message: "Cannot sign a certificate request: it is for another key",
    retryAt: null,
  });
});

Deno.test("openSelfSignedIssuer() refuses a time of which nothing is left", async () => {
  const result = await issuer.issue({ ...await requestOf(), notAfterWanted: NOW - 3_600_000 }, never);
  assert(!result.ok && result.kind === "refused");
  assert.match(result.message, /nothing would be left of the time/);
});
