import assert from "node:assert/strict";
import { X509Certificate } from "node:crypto";
import { makeSelfSigned } from "./make_self_signed.ts";
import { readFacts } from "./read_facts.ts";

const NOW = Date.UTC(2026, 10, 21, 14, 5, 6);

Deno.test("makeSelfSigned() makes a server pair that has no problem", async () => {
  const pair = await makeSelfSigned({
    names: ["a.example.com", "192.0.2.1", "2001:db8::1"],
    now: NOW,
    days: 30,
  });
  const facts = readFacts(pair);
  assert.equal(facts.problem, null);
  assert.deepEqual([facts.notBefore, facts.notAfter], [NOW, NOW + 30 * 86_400_000 - 1000]);
  const [leaf] = facts.certificates;
  assert.deepEqual(leaf.names, ["a.example.com", "192.0.2.1", "2001:db8::1"]);
  assert.deepEqual([leaf.subject, leaf.curve, leaf.isCa], ["CN=a.example.com", "P-256", false]);
  assert.deepEqual([leaf.keyUsage, leaf.extendedKeyUsage], [["digitalSignature"], ["serverAuth"]]);
});

Deno.test("makeSelfSigned() signs with the key that it returns", async () => {
  const pair = await makeSelfSigned({ commonName: "A root", now: NOW, days: 1, isCa: true });
  const certificate = new X509Certificate(pair.certificate as never);
  assert.ok(certificate.verify(certificate.publicKey));
  assert.equal(readFacts(pair).problem, null);
  assert.equal(readFacts(pair).certificates[0].isCa, true);
});

Deno.test("makeSelfSigned() wants a name", async () => {
  await assert.rejects(makeSelfSigned({ now: NOW, days: 1 }), TypeError);
});
