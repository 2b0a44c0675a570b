import { ALG, certificate, commonName, soundExtensions } from "./_certificate.ts";
import {
  bits,
  contentOf,
  ctx,
  ctxRaw,
  fixed,
  hex,
  indefinite,
  int,
  join,
  longLength,
  nil,
  octets,
  oid,
  patch,
  seq,
  tlv,
} from "./_der.ts";
import { noise, p256, rsa, rsaKey } from "./_keys.ts";
import { group, type Kind } from "./_kind.ts";
import { certificatePem, certPair, chainPair, keyPem, pair } from "./_pem.ts";

type Table = Record<string, () => ReturnType<typeof pair>>;

const serialOf = (content: Uint8Array | string) => certPair({ serial: tlv(0x02, content) });

const serials: Table = {
  "zero": () => certPair({ serial: int(0) }),
  "one": () => certPair({ serial: int(1) }),
  "negative": () => certPair({ serial: int(-123456789n) }),
  "minus-one": () => certPair({ serial: int(-1) }),
  "20-bytes": () => serialOf(join(hex("7f"), noise("serial", 19))),
  "21-bytes": () => serialOf(join(hex("00ff"), noise("serial", 19))),
  "22-bytes": () => serialOf(join(hex("7f"), noise("serial", 21))),
  "100-bytes": () => serialOf(join(hex("7f"), noise("serial", 99))),
  "5000-bytes": () => serialOf(join(hex("7f"), noise("serial", 4999))),
  "leading-zeros": () => serialOf(hex("00000012")),
  "leading-ff": () => serialOf(hex("ffffff80")),
  "empty": () => serialOf(""),
  "octet-string": () => certPair({ serial: octets(hex("1234")) }),
  "enumerated": () => certPair({ serial: tlv(0x0a, hex("12")) }),
  "absent": () => certPair({ serial: new Uint8Array() }),
};

const versions: Table = {
  "1-without-extensions": () => certPair({ version: null, extensionsField: null }),
  "1-with-extensions": () => certPair({ version: null }),
  "1-explicit-default": () => certPair({ version: ctx(0, int(0)), extensionsField: null }),
  "1-explicit-with-extensions": () => certPair({ version: ctx(0, int(0)) }),
  "1-with-unique-id": () => certPair({ version: null, uniqueIds: ctxRaw(1, "\0ab"), extensionsField: null }),
  "2-without-extensions": () => certPair({ version: ctx(0, int(1)), extensionsField: null }),
  "2-with-extensions": () => certPair({ version: ctx(0, int(1)) }),
  "3-without-extensions": () => certPair({ extensionsField: null }),
  "4": () => certPair({ version: ctx(0, int(3)) }),
  "negative": () => certPair({ version: ctx(0, int(-1)) }),
  "huge": () => certPair({ version: ctx(0, int(1n << 70n)) }),
  "not-minimal": () => certPair({ version: ctx(0, tlv(0x02, hex("0002"))) }),
  "empty": () => certPair({ version: ctx(0) }),
  "two-numbers": () => certPair({ version: ctx(0, int(2), int(2)) }),
  "not-a-number": () => certPair({ version: ctx(0, nil()) }),
  "implicit": () => certPair({ version: ctxRaw(0, hex("02")) }),
};

const ids: Table = {
  "issuer": () => certPair({ uniqueIds: ctxRaw(1, "\0unique") }),
  "subject": () => certPair({ uniqueIds: ctxRaw(2, "\0unique") }),
  "both": () => certPair({ uniqueIds: join(ctxRaw(1, "\0one"), ctxRaw(2, "\0two")) }),
  "wrong-order": () => certPair({ uniqueIds: join(ctxRaw(2, "\0two"), ctxRaw(1, "\0one")) }),
  "twice": () => certPair({ uniqueIds: join(ctxRaw(1, "\0one"), ctxRaw(1, "\0two")) }),
  "empty": () => certPair({ uniqueIds: ctxRaw(1, "") }),
  "unused-bits": () => certPair({ uniqueIds: ctxRaw(1, hex("03f8")) }),
  "unused-bits-not-zero": () => certPair({ uniqueIds: ctxRaw(1, hex("03ff")) }),
  "unused-9": () => certPair({ uniqueIds: ctxRaw(1, hex("09ff")) }),
  "constructed": () => certPair({ uniqueIds: ctx(1, bits("unique")) }),
  "unknown-tag-4": () => certPair({ uniqueIds: ctx(4, nil()) }),
};

const withAlgorithm = (dotted: string, parameters?: Uint8Array) =>
  certPair({
    algorithm: seq(oid(dotted), ...(parameters ? [parameters] : [])),
    signature: bits(noise("signature", 256)),
  });
const RSA_SHA256 = "1.2.840.113549.1.1.11";

const signatures: Table = {
  "sha-1-rsa": () => withAlgorithm("1.2.840.113549.1.1.5", nil()),
  "md5-rsa": () => withAlgorithm("1.2.840.113549.1.1.4", nil()),
  "md2-rsa": () => withAlgorithm("1.2.840.113549.1.1.2", nil()),
  "sha-256-rsa": () => withAlgorithm(RSA_SHA256, nil()),
  "sha-256-rsa-parameters-absent": () => withAlgorithm(RSA_SHA256),
  "sha-256-rsa-parameters-integer": () => withAlgorithm(RSA_SHA256, int(1)),
  "sha-1-ecdsa": () => withAlgorithm("1.2.840.10045.4.1"),
  "sha-512-ecdsa": () => withAlgorithm("1.2.840.10045.4.3.4"),
  "ecdsa-with-null-parameters": () => withAlgorithm("1.2.840.10045.4.3.2", nil()),
  "ed25519": () => withAlgorithm("1.3.101.112"),
  "rsa-pss-without-parameters": () => withAlgorithm("1.2.840.113549.1.1.10"),
  "rsa-pss-empty-parameters": () => withAlgorithm("1.2.840.113549.1.1.10", seq()),
  "rsa-pss-garbage-parameters": () => withAlgorithm("1.2.840.113549.1.1.10", int(9)),
  "ml-dsa-65": () => withAlgorithm("2.16.840.1.101.3.4.3.18"),
  "dsa-sha-1": () => withAlgorithm("1.2.840.10040.4.3"),
  "unknown": () => withAlgorithm("1.3.6.1.4.1.99999.5"),
  "wrong-bits": () => certPair({ signature: bits(noise("wrong", 70)) }),
  "not-der-inside": () => certPair({ signature: bits("nonsense") }),
  "empty": () => certPair({ signature: bits("") }),
  "no-unused-byte": () => certPair({ signature: hex("0300") }),
  "unused-bits-1": () => certPair({ signature: bits(hex("3006020101020102"), 1) }),
  "unused-bits-3-not-zero": () => certPair({ signature: bits(hex("30060201010201ff"), 3) }),
  "unused-bits-8": () => certPair({ signature: bits(hex("3006020101020100"), 8) }),
  "octet-string": () => certPair({ signature: octets(noise("wrong", 70)) }),
  "constructed-bit-string": () => certPair({ signature: tlv(0x23, bits(noise("wrong", 70))) }),
  "huge": () => certPair({ signature: bits(noise("huge", 20_000)) }),
  "absent": () => certPair({ signature: new Uint8Array() }),
  "outer-other-algorithm": () => certPair({ outerAlgorithm: seq(oid(RSA_SHA256), nil()) }),
  "outer-null-inner-absent": () => certPair({ outerAlgorithm: seq(oid("1.2.840.10045.4.3.2"), nil()) }),
  "outer-unknown": () => certPair({ outerAlgorithm: seq(oid("1.3.6.1.4.1.99999.5")) }),
  "algorithm-empty": () => certPair({ algorithm: seq() }),
  "algorithm-not-an-oid": () => certPair({ algorithm: seq(int(1)) }),
  "algorithm-two-parameters": () => withAlgorithm(RSA_SHA256, join(nil(), nil())),
  "algorithm-oid-empty": () => certPair({ algorithm: seq(tlv(0x06)) }),
  "algorithm-oid-unfinished": () => certPair({ algorithm: seq(tlv(0x06, hex("2a86"))) }),
  "algorithm-oid-not-minimal": () => certPair({ algorithm: seq(tlv(0x06, hex("2a80864886"))) }),
  "algorithm-oid-huge": () =>
    certPair({ algorithm: seq(tlv(0x06, join(new Uint8Array(300).fill(0xff), hex("7f")))) }),
  "algorithm-oid-arc-of-70-bits": () =>
    certPair({ algorithm: seq(tlv(0x06, hex("2affffffffffffffffff7f"))) }),
  "parameters-absent-in-rsa-leaf": () => {
    const key = rsaKey(rsa("1024"));
    return pair(
      certificatePem(certificate({ spki: key.spki, algorithm: seq(oid(RSA_SHA256)) })),
      keyPem(key.pkcs8),
    );
  },
};

const good = () => certificate();
const raw = (der: Uint8Array) => chainPair(certificatePem(der));
const members = () => {
  const body = contentOf(good());
  const size = 4 + body[2] * 256 + body[3];
  return { tbs: body.slice(0, size), rest: body.slice(size) };
};

const encoding: Table = {
  "trailing-in-certificate": () => certPair({ after: nil() }),
  "trailing-in-tbs": () => certPair({ afterTbs: nil() }),
  "truncated-by-one": () => raw(good().slice(0, -1)),
  "truncated-in-half": () => raw(good().slice(0, 200)),
  "only-header": () => raw(good().slice(0, 4)),
  "length-one-more": () => raw(patch(good(), 3, good()[3] + 1)),
  "length-one-less": () => raw(patch(good(), 3, good()[3] - 1)),
  "length-three-bytes": () => raw(longLength(good(), 3)),
  "length-eight-bytes": () => raw(longLength(good(), 8)),
  "length-of-4-gb": () => raw(join(hex("3084ffffffff"), contentOf(good()))),
  "length-reserved-ff": () => raw(join(hex("30ff"), contentOf(good()))),
  "indefinite": () => raw(indefinite(good())),
  "indefinite-unfinished": () => raw(indefinite(good()).slice(0, -2)),
  "indefinite-tbs": () => raw(seq(indefinite(members().tbs), members().rest)),
  "long-length-tbs": () => raw(seq(longLength(members().tbs, 4), members().rest)),
  "long-length-algorithm": () => certPair({ algorithm: longLength(ALG.ecdsaSha256, 1) }),
  "indefinite-algorithm": () => certPair({ algorithm: indefinite(ALG.ecdsaSha256) }),
  "indefinite-subject": () => certPair({ subject: indefinite(commonName("edge.example.com")) }),
  "long-length-serial": () => certPair({ serial: hex("02810177") }),
  "indefinite-spki": () => certPair({ spki: indefinite(p256().spki) }),
  "indefinite-extensions": () => certPair({ extensionsField: indefinite(ctx(3, seq(...soundExtensions()))) }),
  "tag-set": () => raw(patch(good(), 0, 0x31)),
  "tag-primitive-sequence": () => raw(patch(good(), 0, 0x10)),
  "tag-high-form": () => raw(join(hex("3f10"), good().slice(1))),
  "wrapped-in-sequence": () => raw(seq(good())),
  "empty-sequence": () => raw(seq()),
  "three-empty-sequences": () => raw(seq(seq(), seq(), bits(""))),
  "all-zeros": () => raw(new Uint8Array(300)),
  "all-ff": () => raw(new Uint8Array(300).fill(0xff)),
  "deep-nesting": () => raw(Array.from({ length: 400 }).reduce<Uint8Array>((inside) => seq(inside), nil())),
  "key-instead": () => raw(p256().pkcs8),
  "order-of-fields": () => raw(seq(members().rest, members().tbs)),
  "megabyte-number": () => certPair({ serial: tlv(0x02, hex("01"), fixed(1n, 1 << 19)) }),
};

/** Serials, versions, unique identifiers, signatures and the encoding of the certificate as a whole. */
export const fieldKinds: Kind[] = [
  ...group("serial", serials),
  ...group("version", versions),
  ...group("unique-id", ids),
  ...group("signature", signatures),
  ...group("der", encoding),
];
