import "reflect-metadata";
import assert from "node:assert/strict";
import { AuthorityKeyIdentifierExtension, X509CertificateGenerator } from "@peculiar/x509";
import { FakeAcme, json, problem } from "./_test_acme.ts";
import { keptLog, NOW } from "./_test_request.ts";
import { openAcmeIssuer } from "./acme_issuer.ts";
import { certificateId } from "./renewal_info.ts";

const forever = new AbortController().signal;
const HOUR = 3_600_000;
const ID = "aYhba4dGQEHhs3uEe6CuLN4ByNQ.AIdlQyE";

/** A certificate with the numbers of the example in RFC 9773, 4.1. */
async function example(withAuthority = true): Promise<Uint8Array> {
  const algorithm = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" };
  const keys = await crypto.subtle.generateKey(algorithm, true, ["sign", "verify"]) as CryptoKeyPair;
  const made = await X509CertificateGenerator.createSelfSigned({
    serialNumber: "0087654321",
    name: "CN=example",
    keys,
    signingAlgorithm: algorithm,
    extensions: withAuthority
      ? [new AuthorityKeyIdentifierExtension("69885b6b87464041e1b37b847ba0ae2cde01c8d4")]
      : [],
  });
  return new TextEncoder().encode(made.toString("pem"));
}

Deno.test("certificateId() gives the name of the example in RFC 9773, the first of a chain counts", async () => {
  const leaf = await example();
  assert.equal(await certificateId(leaf), ID);
  assert.equal(await certificateId(new Uint8Array([...leaf, ...await example(false)])), ID);
  assert.equal(await certificateId(await example(false)), null);
  assert.equal(await certificateId(new TextEncoder().encode("nothing")), null);
});

Deno.test("renewalWindow() is bounded, and every failure is no word", async () => {
  const acme = await FakeAcme.start();
  const section = { server: acme.server, acceptTerms: true as const, renewalInfo: true, timeout: 1000 };
  const config = { name: "test", kind: "ClusterIssuer", group: "cert-manager.io", acme: section };
  const issuer = openAcmeIssuer(config, {
    log: keptLog(),
    clock: () => NOW,
    stateDir: "/nowhere",
    fetch: acme.fetch,
    challenges: { present: () => Promise.resolve(null), withdraw() {} },
  });
  const leaf = await example();
  const window = { start: "2026-12-01T00:00:00Z", end: "2026-12-02T00:00:00Z" };
  const ask = async (answer: () => Response) => {
    acme.instead = ({ path }) => path === `ari/${ID}` ? answer() : null;
    return await issuer.renewalWindow!(leaf, forever);
  };
  const told = (after: string) => () => json({ suggestedWindow: window }, 200, { "retry-after": after });
  const [start, end] = [Date.UTC(2026, 11, 1), Date.UTC(2026, 11, 2)];
  for (
    const [after, wanted] of [["7200", 2 * HOUR], ["1", 60_000], ["9999999", 24 * HOUR], [
      "x",
      6 * HOUR,
    ]] as const
  ) {
    assert.deepEqual(await ask(told(after)), { start, end, retryAfter: wanted }, after);
  }
  const failures = [
    () => problem("malformed", 404),
    () => problem("serverInternal", 500),
    () => problem("rateLimited", 429, { "retry-after": "3600" }),
    () => new Response("<html>"),
    () => json(null),
    () => json({ suggestedWindow: { start: window.start } }),
    () => json({ suggestedWindow: { start: "December 1", end: "December 2" } }),
  ];
  for (const answer of failures) assert.equal(await ask(answer), null);
  assert.equal(await issuer.renewalWindow!(new Uint8Array(), forever), null);
});
