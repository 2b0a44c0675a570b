/*
 * Files that are wrong in one way each, with the exact cause that a person is told. What Envoy says of each was asked
 * when the list was made; the corpus in tests/vectors asks again.
 */
import assert from "node:assert/strict";
import fc from "fast-check";
import { type Cause, CAUSES, KeyMaterial } from "../model/mod.ts";
import { readFacts } from "./read_facts.ts";
import { readTrust } from "./read_trust.ts";
import { splitCombined } from "./split_combined.ts";
import {
  certificate,
  certificatePem,
  CN,
  ENCRYPTED_KEY,
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

const latin1 = (bytes: Uint8Array): string => String.fromCharCode(...bytes);
const edited = (pem: Uint8Array, edit: (value: string) => string): Uint8Array => text(edit(latin1(pem)));
const body = (der: Uint8Array): Uint8Array => toPem("CERTIFICATE", der);
const subject = (value: Uint8Array): Uint8Array =>
  certificatePem({ subject: name(["2.5.4.10", value], [CN, "a"]) });

const CERTIFICATES: Record<string, [Uint8Array, Cause | null]> = {
  "byte order mark": [join(new Uint8Array([0xef, 0xbb, 0xbf]), certificatePem()), "certificate_unreadable"],
  "DER instead of PEM": [certificate(), "certificate_unreadable"],
  "a key": [keyPem(), "certificate_unreadable"],
  "text only": [text("hello"), "certificate_unreadable"],
  "CRLF": [edited(certificatePem(), (t) => t.replaceAll("\n", "\r\n")), null],
  "CR only": [edited(certificatePem(), (t) => t.replaceAll("\n", "\r")), "certificate_unreadable"],
  "text around": [edited(certificatePem(), (t) => `hello\n${t}bye\n`), null],
  "text in front of BEGIN": [edited(certificatePem(), (t) => ` ${t}`), "certificate_unreadable"],
  "no line end behind END": [edited(certificatePem(), (t) => t.trimEnd()), null],
  "no END line": [edited(certificatePem(), (t) => t.replace(/-----END.*\n/, "")), "certificate_unreadable"],
  "wrong END line": [edited(certificatePem(), (t) => t.replace("END C", "END c")), "certificate_unreadable"],
  "blank line first": [edited(certificatePem(), (t) => t.replace("-----\n", "-----\n\n")), null],
  "blank line in the middle": [
    edited(certificatePem(), (t) => t.replace(/(\n.{64}\n)/, "$1\n")),
    "certificate_unreadable",
  ],
  "header lines": [
    edited(certificatePem(), (t) => t.replace("-----\n", "-----\nA: b\n\n")),
    "certificate_unreadable",
  ],
  "high bytes at line ends": [edited(certificatePem(), (t) => t.replaceAll("\n", "\u00a0\n")), null],
  "vertical tab at line starts": [
    edited(certificatePem(), (t) => t.replaceAll("\nM", "\n\vM")),
    "certificate_unreadable",
  ],
  "one long line": [
    edited(certificatePem(), (t) => t.replace(/\n(?=[^-]+\n)/g, "").replace("-----M", "-----\nM")),
    null,
  ],
  "equals sign too many": [
    edited(certificatePem(), (t) => t.replace("\n-----E", "=\n-----E")),
    "certificate_unreadable",
  ],
  "X509 CERTIFICATE": [toPem("X509 CERTIFICATE", certificate()), null],
  "TRUSTED CERTIFICATE": [toPem("TRUSTED CERTIFICATE", join(certificate(), tlv(0x30))), null],
  "TRUSTED CERTIFICATE second": [join(certificatePem(), toPem("TRUSTED CERTIFICATE", text("junk"))), null],
  "empty foreign block": [
    join(text("-----BEGIN X-----\n-----END X-----\n"), certificatePem()),
    "certificate_unreadable",
  ],
  "damaged foreign block behind": [
    join(certificatePem(), text("-----BEGIN X-----\n!\n-----END X-----\n")),
    "chain_unreadable",
  ],
  "truncated DER": [body(certificate().subarray(0, 200)), "certificate_unreadable"],
  "version 4": [certificatePem({ version: tlv(0xa0, tlv(2, [3])) }), "certificate_unreadable"],
  "version 1 with extensions": [certificatePem({ version: new Uint8Array() }), "certificate_unreadable"],
  "version 1 written out": [certificatePem({ version: tlv(0xa0, tlv(2, [0])), extensions: [] }), null],
  "empty serial number": [certificatePem({ serial: tlv(2) }), "certificate_unreadable"],
  "padded serial number": [certificatePem({ serial: tlv(2, [0, 1]) }), "certificate_unreadable"],
  "negative serial number": [certificatePem({ serial: tlv(2, [0xff]) }), null],
  "inner and outer algorithm differ": [
    body(tlv(
      0x30,
      ...splitTop(certificate()).slice(0, 1),
      tlv(0x30, oid("1.2.3.4")),
      tlv(3, [0, 1]),
    )),
    null,
  ],
  "UTCTime without seconds": [certificatePem({ notAfter: utcTime("2501010000Z") }), "certificate_unreadable"],
  "29 February 2025": [certificatePem({ notAfter: utcTime("250229000000Z") }), "certificate_unreadable"],
  "fraction of a second": [
    certificatePem({ notAfter: generalizedTime("20250101000000.5Z") }),
    "certificate_unreadable",
  ],
  "offset in GeneralizedTime": [
    certificatePem({ notAfter: generalizedTime("20250101000000+0100") }),
    "certificate_unreadable",
  ],
  "bad UTF-8": [subject(tlv(12, [0xc3])), "certificate_unreadable"],
  "odd BMPString": [subject(tlv(30, [0])), "certificate_unreadable"],
  "empty SET in a name": [certificatePem({ subject: tlv(0x30, tlv(0x31)) }), "certificate_unreadable"],
  "point off the curve": [
    certificatePem({ spki: flipLast(KEYS.p256.spki) }),
    "certificate_unreadable",
  ],
  "unknown kind of key": [
    certificatePem({ spki: tlv(0x30, tlv(0x30, oid("1.2.3.4")), tlv(3, [0, 1])) }),
    "key_kind_unsupported",
  ],
  "even RSA exponent": [
    certificatePem({ spki: KEYS.rsa2048.spki.map((byte, i, all) => i === all.length - 1 ? 2 : byte) }),
    "rsa_parameters",
  ],
};

const KEY_FILES: Record<string, [Uint8Array, Cause | null]> = {
  "byte order mark": [join(new Uint8Array([0xef, 0xbb, 0xbf]), keyPem()), "key_unreadable"],
  "DER instead of PEM": [KEYS.p256.pkcs8, "key_unreadable"],
  "a certificate": [certificatePem(), "key_unreadable"],
  "certificate in front": [join(certificatePem(), keyPem()), null],
  "encrypted PKCS #8": [toPem("ENCRYPTED PRIVATE KEY", ENCRYPTED_KEY), "key_encrypted"],
  "encrypted by headers": [
    edited(
      keyPem(),
      (t) => t.replace("-----\n", "-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,00\n\n"),
    ),
    "key_encrypted",
  ],
  "OpenSSH": [toPem("OPENSSH PRIVATE KEY", text("openssh-key-v1")), "key_unreadable"],
  "PKCS #8 with the label of SEC 1": [toPem("EC PRIVATE KEY", KEYS.p256.pkcs8), null],
  "PKCS #8 with the label of another kind": [toPem("RSA PRIVATE KEY", KEYS.p256.pkcs8), "key_unreadable"],
  "PKCS #8 of version 2": [
    toPem(
      "PRIVATE KEY",
      KEYS.p256.pkcs8.map((byte, i) => i === headerLength(KEYS.p256.pkcs8) + 2 ? 1 : byte),
    ),
    "key_unreadable",
  ],
  "damaged contents": [toPem("PRIVATE KEY", KEYS.p256.pkcs8.subarray(0, 60)), "key_unreadable"],
  "public part of another key": [toPem("PRIVATE KEY", flipLast(KEYS.p256.pkcs8)), "key_inconsistent"],
  "unknown kind": [
    toPem("PRIVATE KEY", tlv(0x30, tlv(2, [0]), tlv(0x30, oid("1.2.3.4")), tlv(4, [1]))),
    "key_unreadable",
  ],
  "zero": [secOne(new Uint8Array(32)), "key_unreadable"],
  "one": [secOne(new Uint8Array([1])), "key_mismatch"],
};

Deno.test("readFacts() gives the exact cause for hostile certificate files", () => {
  for (const [what, [pem, cause]] of Object.entries(CERTIFICATES)) {
    assert.equal(readFacts(pairOf(pem)).problem?.cause ?? null, cause, what);
  }
});

Deno.test("readFacts() gives the exact cause for hostile key files", () => {
  for (const [what, [pem, cause]] of Object.entries(KEY_FILES)) {
    assert.equal(readFacts(pairOf(certificatePem(), pem)).problem?.cause ?? null, cause, what);
  }
});

Deno.test("readFacts() finds RSA keys whose numbers contradict each other", () => {
  const pem = certificatePem({ spki: KEYS.rsa2048.spki });
  assert.equal(readFacts(pairOf(pem, keyPem(KEYS.rsa2048))).problem, null);
  const wrong = flipLast(KEYS.rsa2048.pkcs8);
  assert.equal(readFacts(pairOf(pem, toPem("PRIVATE KEY", wrong))).problem?.cause, "key_inconsistent");
});

Deno.test("readFacts() puts no key bytes into a detail", () => {
  for (const [pem] of Object.values(KEY_FILES)) {
    const detail = readFacts(pairOf(certificatePem(), pem)).problem?.detail ?? "";
    assert.ok(detail.length < 120 && !/[A-Za-z0-9+/]{24}|[0-9a-f]{16}/.test(detail), detail);
  }
});

/**
 * Contract: whatever the bytes are, there is an answer with a known cause, and dates and certificates in it; nothing is
 * thrown. The mutants are good pairs with bytes changed, cut out or put in, in the DER and in the PEM.
 */
Deno.test("readFacts(), readTrust() and splitCombined() answer whatever the bytes are", () => {
  const seeds = [
    certificatePem(),
    keyPem(),
    keyPem(KEYS.rsa2048),
    toPem("TRUSTED CERTIFICATE", join(certificate(), tlv(0x30))),
    ocspResponse([0x12, 0x34]),
  ];
  const mutant = fc.tuple(
    fc.constantFrom(...seeds),
    fc.array(fc.tuple(fc.nat(), fc.nat(255), fc.constantFrom("set", "cut", "add")), { maxLength: 6 }),
    fc.boolean(),
  ).map(([seed, edits, rewrap]) => {
    const bytes = [...(rewrap ? certificate() : seed)];
    for (const [at, value, kind] of edits) {
      bytes.splice(at % (bytes.length + 1), kind === "add" ? 0 : 1, ...(kind === "cut" ? [] : [value]));
    }
    return rewrap ? body(new Uint8Array(bytes)) : new Uint8Array(bytes);
  });
  const any = fc.oneof(mutant, fc.uint8Array({ maxLength: 200 }));
  fc.assert(
    fc.property(any, any, fc.option(any), (chain, key, staple) => {
      const facts = readFacts(pairOf(chain, key, staple ?? undefined));
      assert.ok(facts.problem === null || Object.hasOwn(CAUSES, facts.problem.cause));
      assert.ok(facts.certificates.every((one) => !Number.isNaN(one.notAfter + one.notBefore)));
      assert.ok(Array.isArray(readTrust(chain).members));
      assert.ok("key" in splitCombined(join(chain, key)));
    }),
    { numRuns: 2000 },
  );
});

Deno.test("readFacts() takes a time that is linear in the length of hostile files", () => {
  const files: Record<string, Uint8Array> = {
    "line ends": new Uint8Array(2 ** 20).fill(0x0a),
    "one line": new Uint8Array(2 ** 20).fill(0x41),
    "dashes": new Uint8Array(2 ** 20).fill(0x2d),
    "begin lines": text("-----BEGIN X-----\n".repeat(50_000)),
    "empty blocks": text("-----BEGIN X-----\nAA==\n-----END X-----\n".repeat(20_000)),
    "names": certificatePem({
      subject: name(...Array.from({ length: 5000 }, () => [CN, "a.example.com"] as const)),
    }),
    "a long number": certificatePem({ serial: tlv(2, new Uint8Array(700_000).fill(0x7f)) }),
    "a long identifier": subject(tlv(6, new Uint8Array(300_000).fill(0xff), [1])),
    "nested lists": body(nested(20_000)),
  };
  for (const [what, file] of Object.entries(files)) {
    const started = performance.now();
    readFacts(pairOf(file, file));
    readTrust(file);
    splitCombined(file);
    // Far above what any of them takes (a tenth of it on a busy machine), and far below what a square would.
    assert.ok(performance.now() - started < 5000, what);
  }
});

function nested(depth: number): Uint8Array {
  const out: number[] = [];
  for (let left = depth; left > 0; left--) out.push(0x30, 0x84, 0, 0, 0, 0);
  return new Uint8Array(out);
}

function headerLength(der: Uint8Array): number {
  return der[1] < 0x80 ? 2 : 2 + (der[1] & 0x7f);
}

/** The elements of a sequence. */
function splitTop(der: Uint8Array): Uint8Array[] {
  const parts: Uint8Array[] = [];
  for (let at = headerLength(der); at < der.length;) {
    const element = der.subarray(at);
    const header = headerLength(element);
    let length = element[1] < 0x80 ? element[1] : 0;
    for (let i = 2; i < header; i++) length = length * 256 + element[i];
    parts.push(element.subarray(0, header + length));
    at += header + length;
  }
  return parts;
}

function flipLast(der: Uint8Array): Uint8Array {
  return der.map((byte, i) => i === der.length - 1 ? byte ^ 1 : byte);
}

function secOne(scalar: Uint8Array): Uint8Array {
  return toPem(
    "EC PRIVATE KEY",
    tlv(0x30, tlv(2, [1]), tlv(4, scalar), tlv(0xa0, oid("1.2.840.10045.3.1.7"))),
  );
}

Deno.test("readFacts() repeats nothing of a key that has lost its line ends", () => {
  for (const between of ["", " ", "\\n", "\r"]) {
    const oneLine = edited(keyPem(), (pem) => `${pem.trim().replaceAll("\n", between)}\n`);
    const secret = latin1(keyPem()).split("\n")[1];
    assert(latin1(oneLine).includes(secret), "the key is still in the file");
    for (
      const pair of [{ certificate: certificatePem(), key: oneLine }, { certificate: oneLine, key: keyPem() }]
    ) {
      const { problem } = readFacts({ certificate: pair.certificate, key: new KeyMaterial(pair.key) });
      assert(problem !== null);
      assert(!JSON.stringify(problem).includes(secret.slice(0, 20)), problem.detail);
    }
  }
});
