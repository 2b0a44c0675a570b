import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { X509Certificate } from "node:crypto";
import { KeyMaterial } from "../model/mod.ts";
import { Der, SEQUENCE } from "./_der.ts";
import { keyPem, KEYS } from "./_test_material.ts";
import { REQUESTS } from "./_test_requests.ts";
import { makeKey, type WantedKey } from "./make_key.ts";
import { makeRequest, type WantedRequest } from "./make_request.ts";
import { openSigningKey } from "./open_signing_key.ts";
import { readFacts } from "./read_facts.ts";
import { readPemBlocks } from "./read_pem_blocks.ts";
import { signSelf } from "./sign_request.ts";

const EMPTY: Omit<WantedRequest, "key"> = {
  commonName: "",
  dnsNames: [],
  ipAddresses: [],
  emailAddresses: [],
  subject: null,
  usages: [],
};
const P256 = new KeyMaterial(keyPem());

/** The part of a request that is signed. */
function infoOf(request: Uint8Array): Uint8Array {
  const { blocks: [{ label, der }] } = readPemBlocks(request);
  assert.equal(label, "CERTIFICATE REQUEST");
  const whole = new Der(der);
  assert(whole.take(SEQUENCE));
  const fields = whole.inside();
  assert(fields.take(SEQUENCE));
  return fields.element();
}

for (const [at, { key, wanted, info }] of REQUESTS.entries()) {
  Deno.test(`makeRequest() writes byte by byte what cert-manager writes (${at + 1}, ${key})`, async () => {
    const request = await makeRequest({ ...EMPTY, ...wanted, key: new KeyMaterial(keyPem(KEYS[key])) });
    assert.equal(Buffer.from(infoOf(request)).toString("base64"), info);
  });
}

const CANNOT: readonly (readonly [string, Partial<WantedRequest>, RegExp])[] = [
  ["no name", {}, /: it has no name$/],
  ["letters beyond ASCII", { dnsNames: ["münchen.example"] }, /"münchen\.example" cannot be written/],
  ["letters beyond ASCII in an e-mail", { emailAddresses: ["ö@example"] }, /"ö@example" cannot be written/],
  ["no address", { ipAddresses: ["192.0.2.300"] }, /"192\.0\.2\.300" is no IP address$/],
  [
    "an unknown usage",
    { dnsNames: ["a"], usages: ["constructor"] },
    /"constructor": there is no such usage$/,
  ],
  ["a small key", { dnsNames: ["a"], key: new KeyMaterial(keyPem(KEYS.rsa1024)) }, /this one has 1024$/],
  ["an odd curve", { dnsNames: ["a"], key: new KeyMaterial(keyPem(KEYS.p224)) }, /P-224/],
  [
    "no key",
    { dnsNames: ["a"], key: new KeyMaterial(new Uint8Array([1])) },
    /no PEM block of a private key$/,
  ],
];

for (const [what, wanted, words] of CANNOT) {
  Deno.test(`makeRequest() says in plain words that it cannot write ${what}`, async () => {
    await assert.rejects(makeRequest({ ...EMPTY, key: P256, ...wanted }), (error: Error) => {
      assert(error instanceof TypeError);
      assert.match(error.message, words);
      return true;
    });
  });
}

const WISHES: readonly (readonly [WantedKey, string, string])[] = [
  [{}, "RSA PRIVATE KEY", "RSA 2048"],
  [{ size: 3072, encoding: "PKCS8" }, "PRIVATE KEY", "RSA 3072"],
  [{ algorithm: "ECDSA" }, "EC PRIVATE KEY", "EC 256"],
  [{ algorithm: "ECDSA", size: 384, encoding: "PKCS1" }, "EC PRIVATE KEY", "EC 384"],
  [{ algorithm: "ECDSA", size: 521, encoding: "PKCS8" }, "PRIVATE KEY", "EC 521"],
  [{ algorithm: "Ed25519", encoding: "PKCS1" }, "PRIVATE KEY", "Ed25519 256"],
];

for (const [wish, label, kind] of WISHES) {
  Deno.test(`makeKey() makes a key that a certificate goes with: ${JSON.stringify(wish)}`, async () => {
    const key = await makeKey(wish);
    const { blocks } = readPemBlocks(key.open());
    assert.deepEqual(blocks.map((block) => block.label), [label]);
    const request = await makeRequest({ ...EMPTY, dnsNames: ["a.example.com"], key });
    const opened = await openSigningKey(key);
    assert(typeof opened !== "string");
    const now = Date.UTC(2026, 10, 21);
    const { chain } = await signSelf(request, { key: opened, notBefore: now, end: now + 86_400_000 });
    const { problem, certificates: [leaf] } = readFacts({ certificate: chain, key });
    assert.equal(problem, null);
    assert.equal(`${leaf.keyKind} ${leaf.keyBits}`, kind);
    assert.match(new X509Certificate(chain as never).serialNumber, /^[4-7][0-9A-F]{31}$/);
  });
}

Deno.test("makeKey() makes no key of another size", async () => {
  for (const wish of [{ size: 1024 }, { size: 16_384 }, { algorithm: "ECDSA", size: 255 }] as const) {
    await assert.rejects(makeKey(wish), TypeError);
  }
});
