import assert from "node:assert/strict";
import { KeyMaterial } from "../model/mod.ts";
import {
  certificatePem,
  CN,
  extension,
  join,
  keyPem,
  KEYS,
  name,
  oid,
  type TestKey,
  text,
  tlv,
} from "./_test_material.ts";
import { certificateFacts } from "./_certificate_facts.ts";
import { readChain } from "./_chain.ts";
import { extensionOf } from "./_extensions.ts";
import { loadX509 } from "./_load_x509.ts";
import { makeRequest } from "./make_request.ts";
import { openSigningKey } from "./open_signing_key.ts";
import { readAuthority } from "./read_authority.ts";
import { readFacts } from "./read_facts.ts";
import { signRequest } from "./sign_request.ts";
import { splitChain } from "./split_chain.ts";
import { toPem } from "./to_pem.ts";

const NOW = Date.UTC(2026, 10, 21);
const DAY = 86_400_000;
const VALID = { notBefore: NOW - 60_000, end: NOW + DAY };

const CA = extension("2.5.29.19", tlv(0x30, tlv(1, [0xff])), true);
const KEY_ID = extension("2.5.29.14", tlv(4, [1, 2, 3, 4, 5]));

/** A certificate of an authority for one of the fixed keys; its own signature is made up. */
const authorityPem = (key: TestKey, subject: Uint8Array, ...more: Uint8Array[]) =>
  certificatePem({
    spki: key.spki,
    subject,
    issuer: name([CN, "Somebody"]),
    extensions: [CA, KEY_ID, ...more],
  });

async function authorityOf(key: TestKey, subject = name([CN, "Test CA"])) {
  const authority = await readAuthority(authorityPem(key, subject), new KeyMaterial(keyPem(key)));
  assert(typeof authority !== "string", String(authority));
  return authority;
}

async function requestOf(key: TestKey, commonName = "a.example.com") {
  return await makeRequest({
    commonName,
    dnsNames: ["a.example.com"],
    ipAddresses: [],
    emailAddresses: [],
    subject: null,
    usages: ["digital signature", "server auth"],
    key: new KeyMaterial(keyPem(key)),
  });
}

for (const kind of ["rsa2048", "p256", "p384", "p521", "ed25519"] as const) {
  Deno.test(`signRequest() signs with ${kind} as cert-manager does`, async () => {
    const authority = await authorityOf(KEYS[kind]);
    const { chain, ca } = await signRequest(await requestOf(KEYS.p256), { authority, ...VALID });
    const { certificates: [leaf, issuer], problem, chainOrder } = readFacts({
      certificate: chain,
      key: new KeyMaterial(keyPem()),
    });
    assert.equal(problem, null);
    assert.equal(chainOrder, "leaf-first");
    assert.equal(
      leaf.signature,
      {
        rsa2048: "sha256WithRSAEncryption",
        p256: "ecdsa-with-SHA256",
        p384: "ecdsa-with-SHA384",
        p521: "ecdsa-with-SHA512",
        ed25519: "ED25519",
      }[kind],
    );
    assert.deepEqual([leaf.notBefore, leaf.notAfter], [VALID.notBefore, VALID.end - 1000]);
    assert.deepEqual(leaf.keyUsage, ["digitalSignature"]);
    assert.deepEqual(leaf.extendedKeyUsage, ["serverAuth"]);
    assert.equal(issuer.subject, "CN=Test CA");
    // The authority signs itself no more than its issuer is there: it is presented, and what is trusted.
    assert.deepEqual(ca, authorityPem(KEYS[kind], name([CN, "Test CA"])));
    assert.deepEqual((await splitChain(chain))?.chain, chain);
  });
}

Deno.test("signRequest() copies the name and the key identifier of an authority as they are", async () => {
  const odd = [
    name(["2.5.4.6", tlv(19, text("DE"))], ["2.5.4.10", tlv(20, text("Caf\xe9"))], [
      CN,
      tlv(30, text("\0C\0A")),
    ]),
    name([CN, '#41, \\ "quoted"'], ["0.9.2342.19200300.100.1.25", tlv(22, text("example"))]),
    tlv(
      0x30,
      tlv(0x31, tlv(0x30, oid(CN), tlv(12, text("a"))), tlv(0x30, oid("2.5.4.11"), tlv(12, text("b")))),
    ),
  ];
  for (const subject of odd) {
    const authority = await authorityOf(KEYS.p384, subject);
    const { chain } = await signRequest(await requestOf(KEYS.p256), { authority, ...VALID });
    const [leaf, issuer] = readChain(chain).certificates;
    assert.deepEqual(leaf.issuer, issuer.subject);
    assert.deepEqual(extensionOf(leaf.extensions, "2.5.29.35"), tlv(0x30, tlv(0x80, [1, 2, 3, 4, 5])));
  }
});

Deno.test("signRequest() never makes an authority, whatever the request asks for", async () => {
  const { BasicConstraintsExtension, Pkcs10CertificateRequestGenerator } = await loadX509();
  const key = await openSigningKey(new KeyMaterial(keyPem(KEYS.p256)));
  assert(typeof key !== "string");
  const asking = await Pkcs10CertificateRequestGenerator.create({
    name: "CN=a.example.com",
    keys: key,
    signingAlgorithm: key.algorithm,
    extensions: [new BasicConstraintsExtension(true, undefined, true)],
  });
  const request = toPem("CERTIFICATE REQUEST", new Uint8Array(asking.rawData));
  const { chain } = await signRequest(request, { authority: await authorityOf(KEYS.p384), ...VALID });
  assert.equal(certificateFacts(readChain(chain).certificates[0]).isCa, false);
});

Deno.test("signRequest() takes no request that is not signed with its own key", async () => {
  const authority = await authorityOf(KEYS.p256);
  const one = await requestOf(KEYS.p256);
  const der = atob(new TextDecoder().decode(one).split("\n").slice(1, -2).join(""));
  // Another common name under the same signature.
  const forged = der.replace("a.example.com", "b.example.com");
  assert.notEqual(forged, der);
  const bytes = Uint8Array.from(forged, (letter) => letter.charCodeAt(0));
  for (const request of [toPem("CERTIFICATE REQUEST", bytes), new Uint8Array(), join(one).slice(0, 90)]) {
    await assert.rejects(
      signRequest(request, { authority, ...VALID }),
      /^TypeError: Cannot read a certificate request: /,
    );
  }
});

Deno.test("signRequest() wants something to be left of the time", async () => {
  const authority = await authorityOf(KEYS.p256);
  const request = await requestOf(KEYS.p256);
  for (const end of [VALID.notBefore, VALID.notBefore + 1000]) {
    await assert.rejects(
      signRequest(request, { authority, notBefore: VALID.notBefore, end }),
      /nothing would be left/,
    );
  }
});

Deno.test("splitChain() leaves what does not belong to the chain behind it, and takes copies once", async () => {
  const authority = await authorityOf(KEYS.p256);
  const { chain, ca } = await signRequest(await requestOf(KEYS.p256), { authority, ...VALID });
  const stranger = certificatePem({ subject: name([CN, "Stranger"]) });
  const split = await splitChain(join(chain, ca!, stranger));
  assert.deepEqual(split, { chain: join(chain, stranger), ca });
  assert.equal(
    await splitChain(join(chain, text("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"))),
    null,
  );
  assert.equal(await splitChain(new Uint8Array()), null);
  assert.deepEqual(await splitChain(stranger), { chain: stranger, ca: null });
});
