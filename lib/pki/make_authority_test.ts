import assert from "node:assert/strict";
import { X509Certificate } from "node:crypto";
import { type MadeKeyKind, makeAuthority } from "./make_authority.ts";
import { readFacts } from "./read_facts.ts";

const NOW = Date.UTC(2026, 10, 21);
const DAY = 86_400_000;

function wanted(key: MadeKeyKind, commonName = "envoy-gateway", names: string[] = []) {
  return { commonName, names, notBefore: NOW - DAY, end: NOW + 365 * DAY, key };
}

for (const key of ["ecdsa", "rsa"] as const) {
  Deno.test(`makeAuthority() issues pairs that have no problem (${key})`, async () => {
    const authority = await makeAuthority(wanted(key));
    const pair = await authority.issue(wanted(key, "*", ["*.example", "localhost"]));
    const facts = readFacts(pair);
    assert.equal(facts.problem, null);
    assert.deepEqual([facts.notBefore, facts.notAfter], [NOW - DAY, NOW + 365 * DAY - 1000]);
    const [leaf] = facts.certificates;
    assert.deepEqual(leaf.names, ["*.example", "localhost"]);
    assert.equal(leaf.keyKind, key === "rsa" ? "RSA" : "EC");
    const usages = ["digitalSignature", "nonRepudiation"];
    assert.deepEqual(
      leaf.keyUsage,
      key === "rsa" ? [...usages, "keyEncipherment", "dataEncipherment"] : usages,
    );
    const issuer = new X509Certificate(authority.certificate as never);
    const certificate = new X509Certificate(pair.certificate as never);
    assert(certificate.verify(issuer.publicKey));
    assert(certificate.checkIssued(issuer));
    assert(issuer.ca);
  });
}

Deno.test("makeAuthority() gives every certificate a serial number of 128 bits, and every authority a name of its own", async () => {
  const [one, other] = await Promise.all([makeAuthority(wanted("ecdsa")), makeAuthority(wanted("ecdsa"))]);
  const [first, second] = [one, other].map(({ certificate }) => new X509Certificate(certificate as never));
  const leaf = new X509Certificate((await one.issue(wanted("ecdsa", "*"))).certificate as never);
  const serials = [first, second, leaf].map(({ serialNumber }) => serialNumber);
  assert.equal(new Set(serials).size, 3);
  for (const serial of serials) assert.match(serial, /^[4-7][0-9A-F]{31}$/);
  assert.notEqual(first.subject, second.subject);
  assert(!leaf.checkIssued(second));
});
