import { certificate } from "./_certificate.ts";
import { CURVES, explicitParameters, uncompressed } from "./_curves.ts";
import {
  bits,
  ctx,
  ctxRaw,
  fixed,
  indefinite,
  int,
  join,
  longLength,
  nil,
  octets,
  oid,
  seq,
  set,
  tlv,
} from "./_der.ts";
import {
  ec,
  ecAlgorithm,
  ed25519,
  noise,
  OID,
  p256,
  pkcs1,
  pkcs8,
  rsa,
  rsaAlgorithm,
  rsaSpki,
  sec1,
  spki,
} from "./_keys.ts";
import { group, type Kind } from "./_kind.ts";
import { certificatePem, keyPair, keyPem, pair, pem } from "./_pem.ts";

type Table = Record<string, () => ReturnType<typeof pair>>;

const leaf = () => ec("p-256");
const other = () => ec("p-256", "other");
const point = (key: ReturnType<typeof ec>) => uncompressed(key.curve, key.point);
const p256Algorithm = () => ecAlgorithm(leaf().curve);
const inner = (options = {}) => sec1(leaf(), { parameters: null, ...options });
const wrapped = (key: Uint8Array) => keyPair(keyPem(pkcs8(p256Algorithm(), key)));
const sec1Pem = (der = sec1(leaf())) => pem("EC PRIVATE KEY", der);
const rsaPair = (key: string) => pair(certificatePem(certificate({ spki: rsaSpki(rsa("1024")) })), key);
const pkcs1Pem = (der: Uint8Array) => rsaPair(pem("RSA PRIVATE KEY", der));
const rsaParts = (change: Partial<Record<"n" | "e" | "d" | "p" | "q" | "dp" | "dq" | "qi", bigint>>) => {
  const { n, e, d, p, q } = rsa("1024");
  const sound = { n, e, d, p, q, dp: d % (p - 1n), dq: d % (q - 1n), qi: 0n };
  const inverseOf = rsaInverse();
  return seq(int(0), ...Object.values({ ...sound, qi: inverseOf, ...change }).map(int));
};

function rsaInverse(): bigint {
  const { p, q } = rsa("1024");
  let [a, b, x, y] = [q, p, 1n, 0n];
  while (a > 1n) {
    const times = a / b;
    [a, b, x, y] = [b, a % b, y, x - times * y];
  }
  return (x % p + p) % p;
}

const pkcs8Forms: Table = {
  "pkcs8-curve-named-twice": () => wrapped(sec1(leaf())),
  "pkcs8-inner-names-other-curve": () => wrapped(inner({ parameters: oid(CURVES["p-384"].oid) })),
  "pkcs8-inner-explicit-parameters": () => wrapped(inner({ parameters: explicitParameters(leaf().curve) })),
  "pkcs8-explicit-parameters": () =>
    keyPair(keyPem(pkcs8(ecAlgorithm(leaf().curve, explicitParameters(leaf().curve)), inner()))),
  "pkcs8-without-public-key": () => wrapped(inner({ publicKey: null })),
  "pkcs8-other-public-key": () => wrapped(inner({ publicKey: point(other()) })),
  "pkcs8-compressed-public-key": () =>
    wrapped(
      inner({ publicKey: join(Uint8Array.of(leaf().point[1] & 1n ? 3 : 2), fixed(leaf().point[0], 32)) }),
    ),
  "pkcs8-broken-public-key": () => wrapped(inner({ publicKey: noise("point", 65) })),
  "pkcs8-curve-only-inside": () => keyPair(keyPem(pkcs8(seq(oid(OID.ec)), sec1(leaf())))),
  "pkcs8-attributes": () =>
    keyPair(
      keyPem(pkcs8(p256Algorithm(), inner(), ctx(0, seq(oid("2.5.29.15"), set(bits(Uint8Array.of(0x80))))))),
    ),
  "pkcs8-attributes-empty": () => keyPair(keyPem(pkcs8(p256Algorithm(), inner(), ctx(0)))),
  "pkcs8-attributes-garbage": () => keyPair(keyPem(pkcs8(p256Algorithm(), inner(), ctx(0, "\x30\x05\x01")))),
  "pkcs8-version-1-with-public-key": () =>
    keyPair(
      keyPem(seq(int(1), p256Algorithm(), octets(inner()), ctxRaw(1, join(Uint8Array.of(0), point(leaf()))))),
    ),
  "pkcs8-version-1-other-public-key": () =>
    keyPair(
      keyPem(
        seq(int(1), p256Algorithm(), octets(inner()), ctxRaw(1, join(Uint8Array.of(0), point(other())))),
      ),
    ),
  "pkcs8-version-1-bare": () => keyPair(keyPem(seq(int(1), p256Algorithm(), octets(inner())))),
  "pkcs8-version-2": () => keyPair(keyPem(seq(int(2), p256Algorithm(), octets(inner())))),
  "pkcs8-version-negative": () => keyPair(keyPem(seq(int(-1), p256Algorithm(), octets(inner())))),
  "pkcs8-version-0-with-public-key": () =>
    keyPair(
      keyPem(seq(int(0), p256Algorithm(), octets(inner()), ctxRaw(1, join(Uint8Array.of(0), point(leaf()))))),
    ),
  "pkcs8-trailing-inside": () => keyPair(keyPem(pkcs8(p256Algorithm(), inner(), nil()))),
  "pkcs8-trailing-in-octets": () => wrapped(join(inner(), Uint8Array.of(0, 0))),
  "pkcs8-trailing-after": () => keyPair(keyPem(join(p256().pkcs8, Uint8Array.of(0, 0)))),
  "pkcs8-indefinite": () => keyPair(keyPem(indefinite(p256().pkcs8))),
  "pkcs8-long-length": () => keyPair(keyPem(longLength(p256().pkcs8, 3))),
  "pkcs8-truncated": () => keyPair(keyPem(p256().pkcs8.slice(0, -1))),
  "pkcs8-first-half": () => keyPair(keyPem(p256().pkcs8.slice(0, 60))),
  "pkcs8-unknown-algorithm": () => keyPair(keyPem(pkcs8(seq(oid("1.3.6.1.4.1.99999.7")), inner()))),
  "pkcs8-algorithm-rsa-key-ec": () => keyPair(keyPem(pkcs8(rsaAlgorithm(), inner()))),
  "pkcs8-ed25519-key-31-bytes": () => ed(pkcs8(seq(oid(OID.ed25519)), octets(noise("short", 31)))),
  "pkcs8-ed25519-unwrapped": () => ed(pkcs8(seq(oid(OID.ed25519)), ed25519().seed)),
  "pkcs8-ed25519-null-parameters": () => ed(pkcs8(seq(oid(OID.ed25519), nil()), octets(ed25519().seed))),
  "pkcs8-ed25519-version-1-with-public-key": () => ed(edWithPublic(ed25519().publicKey)),
  "pkcs8-ed25519-version-1-other-public-key": () => ed(edWithPublic(ed25519("other").publicKey)),
  "pkcs8-ed25519-seed-and-public": () =>
    ed(pkcs8(seq(oid(OID.ed25519)), octets(join(ed25519().seed, ed25519().publicKey)))),
};

const ed = (der: Uint8Array) => pair(certificatePem(certificate({ spki: ed25519().spki })), keyPem(der));
const edWithPublic = (bytes: Uint8Array) =>
  seq(
    int(1),
    seq(oid(OID.ed25519)),
    octets(octets(ed25519().seed)),
    ctxRaw(1, join(Uint8Array.of(0), bytes)),
  );

const sec1Forms: Table = {
  "sec1": () => keyPair(sec1Pem()),
  "sec1-p-384": () =>
    pair(
      certificatePem(certificate({ spki: spki(ecAlgorithm(ec("p-384").curve), point(ec("p-384"))) })),
      sec1Pem(sec1(ec("p-384"))),
    ),
  "sec1-p-224": () =>
    pair(
      certificatePem(certificate({ spki: spki(ecAlgorithm(ec("p-224").curve), point(ec("p-224"))) })),
      sec1Pem(sec1(ec("p-224"))),
    ),
  "sec1-without-parameters": () => keyPair(sec1Pem(sec1(leaf(), { parameters: null }))),
  "sec1-without-public-key": () => keyPair(sec1Pem(sec1(leaf(), { publicKey: null }))),
  "sec1-bare": () => keyPair(sec1Pem(sec1(leaf(), { parameters: null, publicKey: null }))),
  "sec1-other-public-key": () => keyPair(sec1Pem(sec1(leaf(), { publicKey: point(other()) }))),
  "sec1-broken-public-key": () => keyPair(sec1Pem(sec1(leaf(), { publicKey: noise("point", 65) }))),
  "sec1-names-other-curve": () => keyPair(sec1Pem(sec1(leaf(), { parameters: oid(CURVES["p-384"].oid) }))),
  "sec1-explicit-parameters": () =>
    keyPair(sec1Pem(sec1(leaf(), { parameters: explicitParameters(leaf().curve) }))),
  "sec1-version-0": () => keyPair(sec1Pem(sec1(leaf(), { version: 0 }))),
  "sec1-version-2": () => keyPair(sec1Pem(sec1(leaf(), { version: 2 }))),
  "sec1-scalar-33-bytes": () => keyPair(sec1Pem(sec1(leaf(), { scalar: fixed(leaf().d, 33) }))),
  "sec1-scalar-31-bytes": () => keyPair(sec1Pem(sec1(leaf(), { scalar: fixed(leaf().d, 32).slice(0, 31) }))),
  "sec1-scalar-empty": () => keyPair(sec1Pem(sec1(leaf(), { scalar: new Uint8Array() }))),
  "sec1-scalar-zero": () => keyPair(sec1Pem(sec1(leaf(), { scalar: new Uint8Array(32) }))),
  "sec1-scalar-order": () => keyPair(sec1Pem(sec1(leaf(), { scalar: fixed(leaf().curve.n, 32) }))),
  "sec1-scalar-above-order": () =>
    keyPair(sec1Pem(sec1(leaf(), { scalar: fixed((1n << 256n) - 1n, 32), publicKey: null }))),
  "sec1-trailing-inside": () => keyPair(sec1Pem(seq(sec1(leaf()).slice(2), nil()))),
  "sec1-trailing-after": () => keyPair(sec1Pem(join(sec1(leaf()), Uint8Array.of(0)))),
  "sec1-parameters-block-before": () => keyPair(pem("EC PARAMETERS", oid(leaf().curve.oid)) + sec1Pem()),
  "sec1-parameters-block-of-other-curve": () =>
    keyPair(pem("EC PARAMETERS", oid(CURVES["p-384"].oid)) + sec1Pem()),
  "sec1-parameters-block-explicit": () =>
    keyPair(pem("EC PARAMETERS", explicitParameters(leaf().curve)) + sec1Pem()),
  "sec1-parameters-block-broken": () => keyPair(pem("EC PARAMETERS", noise("junk", 20)) + sec1Pem()),
  "sec1-parameters-block-not-base64": () =>
    keyPair("-----BEGIN EC PARAMETERS-----\n!!!!\n-----END EC PARAMETERS-----\n" + sec1Pem()),
  "sec1-parameters-block-after": () => keyPair(sec1Pem() + pem("EC PARAMETERS", oid(leaf().curve.oid))),
  "pkcs8-parameters-block-before": () =>
    keyPair(pem("EC PARAMETERS", oid(leaf().curve.oid)) + keyPem(p256().pkcs8)),
};

const pkcs1Forms: Table = {
  "pkcs1": () => pkcs1Pem(pkcs1(rsa("1024"))),
  "pkcs1-1024": () =>
    pair(
      certificatePem(certificate({ spki: rsaSpki(rsa("512")) })),
      pem("RSA PRIVATE KEY", pkcs1(rsa("512"))),
    ),
  "pkcs1-primes-swapped": () => {
    const { p, q } = rsa("1024");
    return pkcs1Pem(pkcs1({ ...rsa("1024"), p: q, q: p }));
  },
  "pkcs1-version-1-two-primes": () => pkcs1Pem(pkcs1(rsa("1024"), 1)),
  "pkcs1-version-2": () => pkcs1Pem(pkcs1(rsa("1024"), 2)),
  "pkcs1-three-primes": () =>
    pair(
      certificatePem(certificate({ spki: rsaSpki(rsa("683")) })),
      pem("RSA PRIVATE KEY", pkcs1(rsa("683"))),
    ),
  "pkcs1-version-0-three-primes": () =>
    pair(
      certificatePem(certificate({ spki: rsaSpki(rsa("683")) })),
      pem("RSA PRIVATE KEY", pkcs1(rsa("683"), 0)),
    ),
  "pkcs1-d-off-by-two": () => pkcs1Pem(rsaParts({ d: rsa("1024").d + 2n })),
  "pkcs1-d-plus-phi": () => {
    const { d, p, q } = rsa("1024");
    return pkcs1Pem(rsaParts({ d: d + (p - 1n) * (q - 1n) }));
  },
  "pkcs1-d-zero": () => pkcs1Pem(rsaParts({ d: 0n })),
  "pkcs1-d-one": () => pkcs1Pem(rsaParts({ d: 1n })),
  "pkcs1-d-negative": () => pkcs1Pem(rsaParts({ d: -5n })),
  "pkcs1-d-above-n": () => pkcs1Pem(rsaParts({ d: rsa("1024").n + 5n })),
  "pkcs1-e-other": () => pkcs1Pem(rsaParts({ e: 17n })),
  "pkcs1-p-off-by-two": () => pkcs1Pem(rsaParts({ p: rsa("1024").p + 2n })),
  "pkcs1-primes-zero": () => pkcs1Pem(rsaParts({ p: 0n, q: 0n, dp: 0n, dq: 0n, qi: 0n })),
  "pkcs1-exponents-zero": () => pkcs1Pem(rsaParts({ dp: 0n, dq: 0n, qi: 0n })),
  "pkcs1-primes-one-and-n": () => pkcs1Pem(rsaParts({ p: rsa("1024").n, q: 1n })),
  "pkcs1-dp-off": () => pkcs1Pem(rsaParts({ dp: 12345n })),
  "pkcs1-dp-unreduced": () => {
    const { d, p } = rsa("1024");
    return pkcs1Pem(rsaParts({ dp: d % (p - 1n) + (p - 1n) }));
  },
  "pkcs1-qi-off": () => pkcs1Pem(rsaParts({ qi: 12345n })),
  "pkcs1-qi-unreduced": () => pkcs1Pem(rsaParts({ qi: rsaInverse() + rsa("1024").p })),
  "pkcs1-n-off": () => pkcs1Pem(rsaParts({ n: rsa("1024").n + 2n })),
  "pkcs1-trailing-inside": () => pkcs1Pem(seq(pkcs1(rsa("1024")).slice(4), int(7))),
  "pkcs1-trailing-after": () => pkcs1Pem(join(pkcs1(rsa("1024")), Uint8Array.of(0))),
  "pkcs1-long-integer": () =>
    pkcs1Pem(
      seq(int(0), tlv(0x02, new Uint8Array(1), int(rsa("1024").n).slice(4)), pkcs1(rsa("1024")).slice(268)),
    ),
  "pkcs1-long-version": () => pkcs1Pem(seq(tlv(0x02, "\0\0"), pkcs1(rsa("1024")).slice(7))),
  "pkcs1-public-only": () => rsaPair(pem("RSA PUBLIC KEY", seq(int(rsa("1024").n), int(65537)))),
};

/** Private keys: their formats, their contradictions. */
export const keyfileKinds: Kind[] = [
  ...group("keyfile", pkcs8Forms),
  ...group("keyfile", sec1Forms),
  ...group("keyfile", pkcs1Forms),
];
