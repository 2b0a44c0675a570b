import assert from "node:assert/strict";
import { keepMembers, readTrust } from "./read_trust.ts";
import {
  certificate,
  certificatePem,
  CN,
  ECDSA_SHA256,
  join,
  keyPem,
  KEYS,
  name,
  oid,
  text,
  tlv,
  utcTime,
} from "./_test_material.ts";
import { toPem } from "./to_pem.ts";

const ca = (common: string): Uint8Array => certificatePem({ subject: name([CN, common]) });
const causeOf = (bundle: Uint8Array): string | null => readTrust(bundle).problem?.cause ?? null;

const revocationList = (...tail: Uint8Array[]): Uint8Array => {
  const body = tlv(0x30, tlv(2, [1]), ECDSA_SHA256, name([CN, "Test CA"]), utcTime("250101000000Z"), ...tail);
  return tlv(0x30, body, ECDSA_SHA256, tlv(3, [0, 1]));
};

Deno.test("readTrust() reads every certificate with its own block", () => {
  const bundle = join(
    text("# roots\n"),
    ca("A"),
    text("\n"),
    toPem("TRUSTED CERTIFICATE", certificate()),
    ca("B"),
  );
  const { problem, members } = readTrust(bundle);
  assert.equal(problem, null);
  assert.deepEqual(members.map(({ facts }) => facts.subject), ["CN=A", "CN=a.example.com", "CN=B"]);
  assert.deepEqual(members[0].pem, ca("A"));
});

Deno.test("readTrust() refuses what Envoy refuses", () => {
  assert.equal(causeOf(new Uint8Array()), "trust_unreadable");
  assert.equal(causeOf(text("hello")), "trust_unreadable");
  assert.equal(causeOf(certificate()), "trust_unreadable");
  assert.equal(causeOf(join(ca("A"), toPem("CERTIFICATE", text("junk")))), "trust_unreadable");
  assert.equal(causeOf(join(ca("A"), toPem("X509 CRL", text("junk")))), "trust_unreadable");
  assert.equal(causeOf(join(ca("A"), toPem("EC PRIVATE KEY", text("junk")))), "trust_unreadable");
  assert.equal(causeOf(toPem("X509 CRL", revocationList())), "trust_unreadable");
});

Deno.test("readTrust() takes revocation lists, keys and foreign blocks beside certificates", () => {
  assert.equal(causeOf(join(ca("A"), toPem("X509 CRL", revocationList()))), null);
  assert.equal(causeOf(join(ca("A"), toPem("EC PRIVATE KEY", KEYS.p256.pkcs8))), null);
  assert.equal(causeOf(join(ca("A"), keyPem())), null);
  assert.equal(causeOf(join(ca("A"), toPem("PRIVATE KEY", text("junk")))), null);
});

Deno.test("readTrust() looks into the fields of a revocation list", () => {
  const with_ = (...tail: Uint8Array[]): string | null =>
    causeOf(join(ca("A"), toPem("X509 CRL", revocationList(...tail))));
  const entry = (...tail: Uint8Array[]): Uint8Array =>
    tlv(0x30, tlv(0x30, tlv(2, [5]), utcTime("250101000000Z"), ...tail));
  const list = (type: string, value: Uint8Array): Uint8Array =>
    tlv(0xa0, tlv(0x30, tlv(0x30, oid(type), tlv(4, value))));
  assert.equal(with_(utcTime("260101000000Z"), entry()), null);
  assert.equal(with_(utcTime("260101000000")), "trust_unreadable");
  assert.equal(with_(entry(tlv(0x30))), "trust_unreadable");
  assert.equal(with_(list("2.5.29.20", tlv(2, [1]))), null);
  assert.equal(with_(list("2.5.29.35", tlv(0x30, tlv(0x80, [1])))), null);
  assert.equal(with_(list("2.5.29.35", tlv(0x31))), "trust_unreadable");
  assert.equal(with_(list("2.5.29.28", tlv(0x30, tlv(0x81, [0xff])))), null);
  assert.equal(with_(list("2.5.29.28", tlv(0x30, tlv(0x89, [0xff])))), "trust_unreadable");
  assert.equal(with_(tlv(0xa0, tlv(0x30))), "trust_unreadable");
});

Deno.test("keepMembers() takes out certificates and leaves every other byte", () => {
  const crl = toPem("X509 CRL", revocationList());
  const bundle = join(text("# roots\n"), ca("A"), crl, ca("B"), text("end"));
  assert.deepEqual(keepMembers(bundle, [0, 1]), bundle);
  assert.deepEqual(keepMembers(bundle, [1]), join(text("# roots\n"), crl, ca("B"), text("end")));
  assert.deepEqual(keepMembers(bundle, []), join(text("# roots\n"), crl, text("end")));
});
