import assert from "node:assert/strict";
import type { Cause } from "../model/mod.ts";
import { readFacts } from "./read_facts.ts";
import {
  certificate,
  certificatePem,
  CN,
  dnsNames,
  extension,
  generalizedTime,
  join,
  keyPem,
  KEYS,
  name,
  ocspResponse,
  oid,
  pairOf,
  text,
  tlv,
  utcTime,
} from "./_test_material.ts";
import { toPem } from "./to_pem.ts";

const causeOf = (...args: Parameters<typeof pairOf>): Cause | null =>
  readFacts(pairOf(...args)).problem?.cause ?? null;

Deno.test("readFacts() finds nothing wrong with a pair of each kind of key", () => {
  for (const kind of ["p256", "p384", "p521", "rsa2048", "ed25519"] as const) {
    const { problem } = readFacts(pairOf(certificatePem({ spki: KEYS[kind].spki }), keyPem(KEYS[kind])));
    assert.equal(problem, null, kind);
  }
});

Deno.test("readFacts() fills every field", () => {
  const facts = readFacts(pairOf(certificatePem({
    serial: tlv(2, [0x00, 0xab, 0xcd]),
    subject: name(["2.5.4.6", "DE"], ["2.5.4.10", "Ex, ample"], [CN, "a.example.com"]),
    extensions: [
      extension("2.5.29.17", tlv(0x30, tlv(0x82, text("a.example.com")), tlv(0x87, [192, 0, 2, 1]))),
      extension("2.5.29.15", tlv(3, [5, 0xa0]), true),
      extension("2.5.29.37", tlv(0x30, oid("1.3.6.1.5.5.7.3.1"), oid("1.2.3.4"))),
      extension("2.5.29.19", tlv(0x30, tlv(1, [0xff])), true),
      extension("1.3.6.1.5.5.7.1.24", tlv(0x30, tlv(2, [17]), tlv(2, [5]))),
    ],
  })));
  assert.deepEqual({ ...facts, certificates: [] }, {
    problem: null,
    notBefore: Date.UTC(2025, 0, 1),
    notAfter: Date.UTC(2034, 11, 31, 23, 59, 59),
    temporary: false,
    certificates: [],
    chainOrder: "single",
  });
  const { fingerprint, ...leaf } = facts.certificates[0];
  assert.match(fingerprint, /^([0-9A-F]{2}:){31}[0-9A-F]{2}$/);
  assert.deepEqual(leaf, {
    subject: "CN=a.example.com,O=Ex\\, ample,C=DE",
    issuer: "CN=Test CA",
    serial: "abcd",
    names: ["a.example.com", "192.0.2.1"],
    notBefore: Date.UTC(2025, 0, 1),
    notAfter: Date.UTC(2034, 11, 31, 23, 59, 59),
    keyKind: "EC",
    keyBits: 256,
    curve: "P-256",
    signature: "ecdsa-with-SHA256",
    keyUsage: ["digitalSignature", "keyEncipherment"],
    extendedKeyUsage: ["serverAuth", "1.2.3.4"],
    mustStaple: true,
    isCa: true,
  });
});

Deno.test("readFacts() describes keys that it refuses", () => {
  const of = (kind: "rsa1024" | "p224" | "ed25519") => {
    const { keyKind, keyBits, curve } =
      readFacts(pairOf(certificatePem({ spki: KEYS[kind].spki }))).certificates[0];
    return [keyKind, keyBits, curve];
  };
  assert.deepEqual(of("rsa1024"), ["RSA", 1024, null]);
  assert.deepEqual(of("p224"), ["EC", 224, "P-224"]);
  assert.deepEqual(of("ed25519"), ["Ed25519", 256, null]);
});

Deno.test("readFacts() names the missing member", () => {
  const good = certificatePem(), empty = new Uint8Array();
  assert.equal(causeOf(null, null), "pair_missing");
  assert.equal(causeOf(null), "certificate_missing");
  assert.equal(causeOf(empty), "certificate_empty");
  assert.equal(causeOf(text(" \r\n")), "certificate_empty");
  assert.equal(causeOf(good, null), "key_missing");
  assert.equal(causeOf(good, empty), "key_empty");
});

Deno.test("readFacts() fills the facts of a certificate whose key is missing", () => {
  const facts = readFacts(pairOf(certificatePem(), null));
  assert.equal(facts.certificates[0].subject, "CN=a.example.com");
  assert.equal(facts.notAfter, Date.UTC(2034, 11, 31, 23, 59, 59));
});

Deno.test("readFacts() has open dates where there is no certificate", () => {
  const { notBefore, notAfter, certificates, chainOrder } = readFacts(pairOf(text("nothing")));
  assert.deepEqual([notBefore, notAfter, certificates, chainOrder], [-Infinity, Infinity, [], "none"]);
});

Deno.test("readFacts() finds what Envoy itself refuses", () => {
  const usage = (...bits: number[]) =>
    certificatePem({
      extensions: [dnsNames("a.example.com"), extension("2.5.29.15", tlv(3, bits))],
    });
  const staple = certificatePem({
    extensions: [dnsNames("a.example.com"), extension("1.3.6.1.5.5.7.1.24", tlv(0x30, tlv(2, [5])))],
  });
  const rsa = (kind: "rsa1024" | "rsa2048") => certificatePem({ spki: KEYS[kind].spki });
  assert.equal(causeOf(rsa("rsa1024"), keyPem(KEYS.rsa1024)), "rsa_too_small");
  assert.equal(causeOf(certificatePem({ spki: KEYS.p224.spki }), keyPem(KEYS.p224)), "curve_unsupported");
  assert.equal(causeOf(usage(2, 0x04)), "key_usage");
  assert.equal(causeOf(usage(7, 0x80)), null);
  assert.equal(causeOf(usage(9, 0x80)), "extension_invalid");
  assert.equal(causeOf(staple), "must_staple");
  assert.equal(causeOf(staple, keyPem(), ocspResponse([0x12, 0x34])), null);
  assert.equal(causeOf(staple, keyPem(), ocspResponse([0x12, 0x35])), "staple_invalid");
  assert.equal(causeOf(staple, keyPem(), ocspResponse([0x12, 0x34], 3)), "staple_invalid");
  assert.equal(causeOf(staple, keyPem(), text("junk")), "staple_invalid");
  assert.equal(causeOf(certificatePem({ subject: name(), extensions: [] })), "name_missing");
  assert.equal(causeOf(certificatePem({ subject: name([CN, ""]) })), "name_missing");
  assert.equal(causeOf(certificatePem({ subject: name() })), null);
});

Deno.test("readFacts() looks at the key usage of EC certificates only, as BoringSSL does", () => {
  const extensions = [dnsNames("a.example.com"), extension("2.5.29.15", tlv(3, [2, 0x04]))];
  const pem = certificatePem({ spki: KEYS.rsa2048.spki, extensions });
  assert.equal(causeOf(pem, keyPem(KEYS.rsa2048)), null);
});

Deno.test("readFacts() tells a foreign key from an issuer that stands first", () => {
  const issuer = certificatePem({ spki: KEYS.p384.spki, subject: name([CN, "Test CA"]) });
  assert.equal(causeOf(certificatePem(), keyPem(KEYS.p384)), "key_mismatch");
  assert.equal(causeOf(certificatePem(), keyPem(KEYS.rsa2048)), "key_mismatch");
  assert.equal(causeOf(join(certificatePem(), issuer)), null);
  const facts = readFacts(pairOf(join(issuer, certificatePem())));
  assert.deepEqual(facts.problem, { cause: "chain_order", detail: "certificate 2 goes with the key" });
  assert.equal(facts.chainOrder, "issuer-first");
});

Deno.test("readFacts() blames the order also where the issuer may not sign for TLS", () => {
  const issuer = certificatePem({
    spki: KEYS.p384.spki,
    extensions: [extension("2.5.29.15", tlv(3, [2, 0x04]))],
  });
  assert.equal(causeOf(join(issuer, certificatePem())), "chain_order");
});

Deno.test("readFacts() says how the first two certificates stand to each other", () => {
  const order = (second: Uint8Array) => readFacts(pairOf(join(certificatePem(), second))).chainOrder;
  assert.equal(order(certificatePem({ subject: name([CN, "Test CA"]) })), "leaf-first");
  assert.equal(order(certificatePem({ subject: name([CN, "Other CA"]) })), "unrelated");
});

Deno.test("readFacts() stops at a damaged later certificate", () => {
  const facts = readFacts(
    pairOf(join(certificatePem(), toPem("CERTIFICATE", text("junk")), certificatePem())),
  );
  assert.deepEqual(facts.problem, { cause: "chain_unreadable", detail: "certificate 2: not a certificate" });
  assert.equal(facts.certificates.length, 1);
});

Deno.test("readFacts() knows cert-manager's temporary certificate", () => {
  const parts = { serial: tlv(2, [0x12, 0x34, 0x56, 0x78, 0x90]), issuer: name([CN, "cert-manager.local"]) };
  assert.equal(readFacts(pairOf(certificatePem(parts))).temporary, true);
  assert.equal(readFacts(pairOf(certificatePem({ ...parts, serial: tlv(2, [5]) }))).temporary, false);
  assert.equal(readFacts(pairOf(certificatePem({ ...parts, issuer: name([CN, "b"]) }))).temporary, false);
});

Deno.test("readFacts() reads the dates of every century", () => {
  const notAfter = (time: Uint8Array) => readFacts(pairOf(certificatePem({ notAfter: time }))).notAfter;
  assert.equal(notAfter(utcTime("500101000000Z")), Date.UTC(1950, 0, 1));
  assert.equal(notAfter(utcTime("491231235959Z")), Date.UTC(2049, 11, 31, 23, 59, 59));
  assert.equal(notAfter(utcTime("490101000000+0130")), Date.UTC(2048, 11, 31, 22, 30));
  assert.equal(notAfter(generalizedTime("20500101000000Z")), Date.UTC(2050, 0, 1));
  assert.equal(notAfter(generalizedTime("99991231235959Z")), Date.UTC(9999, 11, 31, 23, 59, 59));
  assert.equal(notAfter(generalizedTime("00500101000000Z")), new Date("0050-01-01T00:00:00Z").getTime());
});

Deno.test("readFacts() takes names from the subject where there is no alternative name", () => {
  const names = (common: string) =>
    readFacts(pairOf(certificatePem({ subject: name([CN, common]), extensions: [] }))).certificates[0].names;
  assert.deepEqual(names("b.example.com"), ["b.example.com"]);
  assert.deepEqual(names("*.example.com"), ["*.example.com"]);
  assert.deepEqual(names("Example Ltd"), []);
});

Deno.test("readFacts() prints negative and zero serial numbers", () => {
  const serial = (...contents: number[]) =>
    readFacts(pairOf(certificatePem({ serial: tlv(2, contents) }))).certificates[0].serial;
  assert.equal(serial(0), "00");
  assert.equal(serial(0xff), "-01");
  assert.equal(serial(0x80, 0x00), "-8000");
  assert.equal(serial(0xff, 0x7f), "-81");
});

Deno.test("readFacts() lets no control character of a name through", () => {
  const [leaf] = readFacts(pairOf(certificatePem({ subject: name([CN, "a\u001b[31m\n"]) }))).certificates;
  assert.equal(leaf.subject, "CN=a\\1b[31m\\0a");
});

Deno.test("readFacts() judges three bytes of trailing data by their place", () => {
  const der = certificate();
  const junk = new Uint8Array([1, 2, 3]);
  assert.equal(causeOf(toPem("CERTIFICATE", join(der, junk))), "certificate_unreadable");
  assert.equal(causeOf(join(certificatePem(), toPem("CERTIFICATE", join(der, junk)))), null);
  assert.equal(causeOf(certificatePem(), toPem("PRIVATE KEY", join(KEYS.p256.pkcs8, junk))), null);
});
