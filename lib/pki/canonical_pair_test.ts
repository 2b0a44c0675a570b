import assert from "node:assert/strict";
import fc from "fast-check";
import type { PairBytes } from "../model/mod.ts";
import { canonicalPair } from "./canonical_pair.ts";
import { readFacts } from "./read_facts.ts";
import {
  certificate,
  certificatePem,
  CN,
  ENCRYPTED_KEY,
  join,
  keyPem,
  KEYS,
  name,
  ocspResponse,
  pairOf,
  text,
  tlv,
} from "./_test_material.ts";
import { toPem } from "./to_pem.ts";

const MARK = new Uint8Array([0xef, 0xbb, 0xbf]);
const AS_IT_IS = { leafFirst: false };
const leaf = certificatePem();
const middle = certificatePem({
  subject: name([CN, "Test CA"]),
  issuer: name([CN, "Root"]),
  spki: KEYS.p384.spki,
});
const root = certificatePem({
  subject: name([CN, "Root"]),
  issuer: name([CN, "Root"]),
  spki: KEYS.p521.spki,
});
const parameters = toPem("EC PARAMETERS", tlv(6, [0x2a, 0x86, 0x48, 0xce, 0x3d, 3, 1, 7]));

const latin1 = (bytes: Uint8Array): string => String.fromCharCode(...bytes);
const edited = (pem: Uint8Array, edit: (value: string) => string): Uint8Array => text(edit(latin1(pem)));
const members = (pair: PairBytes) => [pair.certificate, pair.key?.open() ?? null, pair.staple];

Deno.test("canonicalPair() writes the plain form of what Envoy would load", () => {
  const plain = pairOf(join(leaf, middle), keyPem());
  const noise = (t: string) => `subject: a\r\n${t.replaceAll("\n", "\r\n")}trailing junk`;
  const shapes: Record<string, PairBytes> = {
    "as it is": plain,
    "CRLF and text": pairOf(edited(join(leaf, middle), noise), edited(keyPem(), noise)),
    "marks": pairOf(join(MARK, leaf, middle), join(MARK, MARK, keyPem())),
    "parameters before the key": pairOf(join(leaf, middle), join(parameters, keyPem())),
    "a second key": pairOf(join(leaf, middle), join(keyPem(), keyPem(KEYS.p384))),
    "a key among the certificates": pairOf(join(keyPem(), leaf, keyPem(), middle)),
    "one long line": pairOf(
      join(toPem("CERTIFICATE", certificate()), edited(middle, (t) => t.replace(/(\n.{64})\n/, "$1"))),
    ),
    "other labels": pairOf(join(
      edited(leaf, (t) => t.replaceAll("CERT", "TRUSTED CERT")),
      edited(middle, (t) => t.replaceAll("CERT", "X509 CERT")),
    )),
    "bytes behind the DER": pairOf(
      join(toPem("CERTIFICATE", join(certificate(), tlv(0x30))), middle),
      toPem("PRIVATE KEY", join(KEYS.p256.pkcs8, new Uint8Array([0, 1]))),
    ),
    "a broken block behind the key": pairOf(join(leaf, middle), join(keyPem(), text("-----BEGIN X-----\n"))),
  };
  for (const [shape, pair] of Object.entries(shapes)) {
    assert.deepEqual(members(canonicalPair(pair, AS_IT_IS)), members(plain), shape);
  }
});

Deno.test("canonicalPair() keeps the kind of key block", () => {
  for (const label of ["PRIVATE KEY", "EC PRIVATE KEY", "RSA PRIVATE KEY"]) {
    const key = toPem(label, KEYS.p256.pkcs8);
    assert.deepEqual(canonicalPair(pairOf(leaf, key), AS_IT_IS).key!.open(), key, label);
  }
});

Deno.test("canonicalPair() gives back what cannot be decoded", () => {
  const members: (Uint8Array | null)[] = [
    null,
    new Uint8Array(),
    text(" \n"),
    certificate(),
    text("no PEM"),
    MARK,
    edited(leaf, (t) => t.replace(/-----END.*\n/, "")),
    join(leaf, edited(middle, (t) => t.replace("-----\n", "-----\n*"))),
    join(leaf, toPem("CERTIFICATE", text("junk"))),
    edited(leaf, (t) => t.replace("-----\n", "-----\nA: b\n\n")),
    join(leaf, text("-----BEGIN CERTIFICATE-----\n")),
  ];
  for (const member of members) {
    const pair = canonicalPair(pairOf(member, null), AS_IT_IS);
    assert.equal(pair.certificate, member);
    assert.equal(pair.key, null);
  }
  const locked = edited(keyPem(), (t) => t.replace("-----\n", "-----\nProc-Type: 4,ENCRYPTED\n\n"));
  for (const key of [locked, text("no key"), text("-----BEGIN X-----\n"), new Uint8Array(), certificate()]) {
    assert.deepEqual(canonicalPair(pairOf(leaf, key), AS_IT_IS).key!.open(), key);
  }
  const encrypted = canonicalPair(pairOf(leaf, ENCRYPTED_KEY), AS_IT_IS);
  assert.equal(readFacts(encrypted).problem?.cause, "key_encrypted");
});

Deno.test("canonicalPair() puts the host's own certificate first only when it is told to", () => {
  const pair = pairOf(join(root, middle, leaf));
  assert.deepEqual(canonicalPair(pair, AS_IT_IS).certificate, join(root, middle, leaf));
  assert.deepEqual(canonicalPair(pair, { leafFirst: true }).certificate, join(leaf, middle, root));
  assert.equal(readFacts(canonicalPair(pair, { leafFirst: true })).problem, null);
  const foreign = pairOf(join(root, leaf), keyPem(KEYS.ed25519));
  assert.deepEqual(canonicalPair(foreign, { leafFirst: true }).certificate, join(root, leaf));
  const right = pairOf(join(leaf, root, middle));
  assert.deepEqual(canonicalPair(right, { leafFirst: true }).certificate, join(leaf, root, middle));
});

Deno.test("canonicalPair() leaves the staple alone", () => {
  const staple = ocspResponse([0x12, 0x34]);
  assert.equal(canonicalPair(pairOf(leaf, keyPem(), staple), AS_IT_IS).staple, staple);
});

/*
 * Contract: whatever the bytes are, what Envoy would say of them (every fact, to the letter) is the same before and
 * after, unless a byte order mark stood in front; and a second call changes nothing.
 */
Deno.test("canonicalPair() changes no fact, and a second call changes nothing", () => {
  const snippets = [
    "\n",
    "\r\n",
    " ",
    "A",
    "=",
    "-----BEGIN CERTIFICATE-----\n",
    "\n-----END X-----\n",
    "\0",
  ];
  const parts = [
    ...[leaf, middle, root, keyPem(), keyPem(KEYS.rsa2048), parameters, ENCRYPTED_KEY].map(latin1),
    latin1(certificatePem({ spki: KEYS.rsa2048.spki })),
    latin1(toPem("CERTIFICATE", text("junk"))),
    ...snippets,
  ];
  const file = fc.tuple(
    fc.array(fc.constantFrom(...parts), { maxLength: 5 }),
    fc.array(fc.tuple(fc.nat(), fc.constantFrom(...snippets)), { maxLength: 1 }),
  ).map(([chosen, edits]) => {
    let value = chosen.join("");
    for (const [at, snippet] of edits) {
      const place = at % (value.length + 1);
      value = value.slice(0, place) + snippet + value.slice(place);
    }
    return text(value);
  });
  fc.assert(
    fc.property(file, file, fc.boolean(), (chain, key, leafFirst) => {
      const pair = pairOf(chain, key);
      const once = canonicalPair(pair, { leafFirst });
      assert.deepEqual(members(canonicalPair(once, { leafFirst })), members(once));
      if (!leafFirst || readFacts(pair).problem === null) {
        assert.deepEqual(readFacts(canonicalPair(pair, AS_IT_IS)), readFacts(pair));
        if (leafFirst) assert.deepEqual(readFacts(once), readFacts(pair));
      }
    }),
    { numRuns: 400 },
  );
});
