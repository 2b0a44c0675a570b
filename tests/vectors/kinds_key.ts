import { certificate } from "./_certificate.ts";
import {
  compressed,
  type Curve,
  type CurveName,
  CURVES,
  explicitParameters,
  hybrid,
  uncompressed,
} from "./_curves.ts";
import { bits, fixed, hex, int, join, nil, oid, patch, seq, tlv } from "./_der.ts";
import {
  ec,
  ecAlgorithm,
  ecKey,
  ecSpki,
  ed25519,
  hugeRsa,
  mlDsa,
  noise,
  OID,
  opaqueKey,
  p256,
  pkcs1,
  pkcs8,
  type PrimeName,
  rsa,
  rsaAlgorithm,
  rsaKey,
  type RsaNumbers,
  rsaSpki,
  sec1,
  spki,
  type TestKey,
} from "./_keys.ts";
import { group, type Kind } from "./_kind.ts";
import { certificatePem, keyPem, pair } from "./_pem.ts";

type Table = Record<string, () => ReturnType<typeof pair>>;

/** A pair whose certificate and key file both hold this key. */
const both = (key: TestKey) => pair(certificatePem(certificate({ spki: key.spki })), keyPem(key.pkcs8));

/** The sound P-256 key under an odd SubjectPublicKeyInfo. */
const spkiOnly = (info: Uint8Array, key = p256()) =>
  pair(certificatePem(certificate({ spki: info })), keyPem(key.pkcs8));

const curves: Table = Object.fromEntries(
  (Object.keys(CURVES) as CurveName[]).map((name) => [name, () => both(ecKey(ec(name)))]),
);

const leaf = () => ec("p-256");
const explicit = (curve: Curve, seed?: Uint8Array) => ecAlgorithm(curve, explicitParameters(curve, seed));

const points: Table = {
  "point-compressed": () => spkiOnly(ecSpki(leaf(), compressed(leaf().curve, leaf().point))),
  "point-hybrid": () => spkiOnly(ecSpki(leaf(), hybrid(leaf().curve, leaf().point))),
  "point-at-infinity": () => spkiOnly(ecSpki(leaf(), Uint8Array.of(0))),
  "point-off-curve": () =>
    spkiOnly(ecSpki(leaf(), patch(uncompressed(leaf().curve, leaf().point), -1, 0x55))),
  "point-zero-zero": () => spkiOnly(ecSpki(leaf(), join(Uint8Array.of(4), new Uint8Array(64)))),
  "point-coordinate-is-prime": () =>
    spkiOnly(ecSpki(leaf(), join(Uint8Array.of(4), fixed(leaf().curve.p, 32), fixed(leaf().point[1], 32)))),
  "point-one-byte-short": () =>
    spkiOnly(ecSpki(leaf(), uncompressed(leaf().curve, leaf().point).slice(0, -1))),
  "point-one-byte-long": () =>
    spkiOnly(ecSpki(leaf(), join(uncompressed(leaf().curve, leaf().point), Uint8Array.of(0)))),
  "point-wrong-form": () => spkiOnly(ecSpki(leaf(), patch(uncompressed(leaf().curve, leaf().point), 0, 5))),
  "point-p-384-compressed": () => {
    const key = ec("p-384");
    return spkiOnly(ecSpki(key, compressed(key.curve, key.point)), ecKey(key));
  },
  "p-256-unused-bits": () =>
    spkiOnly(seq(ecAlgorithm(leaf().curve), bits(patch(uncompressed(leaf().curve, leaf().point), -1, 0), 1))),
  "p-256-explicit-in-both": () =>
    both({
      spki: ecSpki(leaf(), undefined, explicit(leaf().curve)),
      pkcs8: pkcs8(explicit(leaf().curve), sec1(leaf(), { parameters: null })),
    }),
  "p-256-explicit-in-certificate": () => spkiOnly(ecSpki(leaf(), undefined, explicit(leaf().curve))),
  "p-256-explicit-with-seed-in-certificate": () =>
    spkiOnly(ecSpki(leaf(), undefined, explicit(leaf().curve, noise("seed", 20)))),
  "p-384-explicit-in-certificate": () =>
    spkiOnly(ecSpki(ec("p-384"), undefined, explicit(ec("p-384").curve)), ecKey(ec("p-384"))),
  "p-224-explicit-in-both": () =>
    both({
      spki: ecSpki(ec("p-224"), undefined, explicit(ec("p-224").curve)),
      pkcs8: pkcs8(explicit(ec("p-224").curve), sec1(ec("p-224"), { parameters: null })),
    }),
  "ec-parameters-absent": () => spkiOnly(ecSpki(leaf(), undefined, seq(oid(OID.ec)))),
  "ec-parameters-null": () => spkiOnly(ecSpki(leaf(), undefined, seq(oid(OID.ec), nil()))),
  "ec-parameters-unknown-curve": () =>
    spkiOnly(ecSpki(leaf(), undefined, seq(oid(OID.ec), oid("1.3.132.0.99")))),
  "ec-parameters-trailing": () =>
    spkiOnly(ecSpki(leaf(), undefined, seq(oid(OID.ec), oid(leaf().curve.oid), nil()))),
  "ec-named-other-curve-in-certificate": () =>
    spkiOnly(ecSpki(leaf(), undefined, ecAlgorithm(CURVES["secp256k1"]))),
  "ec-ecdh-algorithm": () =>
    spkiOnly(ecSpki(leaf(), undefined, seq(oid("1.3.132.1.12"), oid(leaf().curve.oid)))),
};

const rsaSizes: Table = Object.fromEntries(
  ([
    "256",
    "384",
    "512",
    "768",
    "1020",
    "1023",
    "1024",
    "1028",
    "1032",
    "1536",
    "2048",
    "2049",
    "3072",
    "4096",
  ] as const)
    .map((
      prime,
    ): [string, Table[string]] => [`rsa-${rsa(prime).n.toString(2).length}`, () => both(rsaKey(rsa(prime)))]),
);

const exponents: Table = Object.fromEntries(
  ([
    ["0", 0n],
    ["1", 1n],
    ["2", 2n],
    ["17", 17n],
    ["257", 257n],
    ["65536", 65536n],
    ["65539", 65539n],
    ["32-bit", 4294967291n],
    ["33-bit", 8589934583n],
    ["34-bit", 17179869143n],
    ["64-bit", 18446744073709551557n],
    ["1000-bit", (1n << 999n) + 7n],
  ] as const).map((
    [what, e],
  ) => [`rsa-exponent-${what}`, () => both(rsaKey({ ...rsa("1024"), ...withExponent(e) }))]),
);

function withExponent(e: bigint): Partial<RsaNumbers> {
  try {
    return rsa("1024", e);
  } catch {
    return { e };
  }
}

const pss = (parameters?: Uint8Array) => seq(oid(OID.rsaPss), ...(parameters ? [parameters] : []));
const sha256Pss = () => {
  const sha256 = seq(oid("2.16.840.1.101.3.4.2.1"), nil());
  return pss(seq(
    tlv(0xa0, sha256),
    tlv(0xa1, seq(oid("1.2.840.113549.1.1.8"), sha256)),
    tlv(0xa2, int(32)),
  ));
};
const oddModulus = (n: Uint8Array) => spki(rsaAlgorithm(), seq(n, int(65537)));
const rsaSpkiOnly = (info: Uint8Array, name: PrimeName = "1024") => spkiOnly(info, rsaKey(rsa(name)));

const rsaOddities: Table = {
  "rsa-8200": () => both(rsaKey(rsa("4100"))),
  "rsa-16384": () => both(rsaKey(rsa("8192"))),
  "rsa-16386": () => both(rsaKey(hugeRsa(16386))),
  "rsa-exponent-3": () => both(rsaKey(rsa("1024e3", 3n))),
  "rsa-three-primes": () => both(rsaKey(rsa("683"))),
  "rsa-pss-in-both": () => both(rsaKey(rsa("1024"), pss())),
  "rsa-pss-with-parameters-in-both": () => both(rsaKey(rsa("1024"), sha256Pss())),
  "rsa-pss-in-certificate": () => rsaSpkiOnly(rsaSpki(rsa("1024"), pss())),
  "rsa-pss-in-key": () => spkiOnly(rsaSpki(rsa("1024")), rsaKey(rsa("1024"), pss())),
  "rsa-parameters-absent-in-certificate": () => rsaSpkiOnly(rsaSpki(rsa("1024"), seq(oid(OID.rsa)))),
  "rsa-parameters-absent-in-key": () =>
    spkiOnly(rsaSpki(rsa("1024")), {
      ...rsaKey(rsa("1024")),
      pkcs8: pkcs8(seq(oid(OID.rsa)), pkcs1(rsa("1024"))),
    }),
  "rsa-parameters-integer": () => rsaSpkiOnly(rsaSpki(rsa("1024"), seq(oid(OID.rsa), int(5)))),
  "rsa-oaep-algorithm": () => rsaSpkiOnly(rsaSpki(rsa("1024"), seq(oid("1.2.840.113549.1.1.7"), nil()))),
  "rsa-x500-algorithm": () => rsaSpkiOnly(rsaSpki(rsa("1024"), seq(oid("2.5.8.1.1"), int(2048)))),
  "rsa-modulus-negative": () => rsaSpkiOnly(oddModulus(tlv(0x02, fixed(rsa("1024").n, 256)))),
  "rsa-modulus-two-leading-zeros": () =>
    rsaSpkiOnly(oddModulus(tlv(0x02, new Uint8Array(2), fixed(rsa("1024").n, 256)))),
  "rsa-modulus-even": () => rsaSpkiOnly(rsaSpki({ n: rsa("1024").n - 1n, e: 65537n })),
  "rsa-modulus-zero": () => rsaSpkiOnly(rsaSpki({ n: 0n, e: 65537n })),
  "rsa-modulus-other": () => rsaSpkiOnly(rsaSpki({ n: rsa("1024e3").n, e: 65537n })),
  "rsa-exponent-other-in-certificate": () => rsaSpkiOnly(rsaSpki({ n: rsa("1024").n, e: 17n })),
  "rsa-exponent-negative": () => rsaSpkiOnly(spki(rsaAlgorithm(), seq(int(rsa("1024").n), int(-65537)))),
  "rsa-trailing-in-sequence": () =>
    rsaSpkiOnly(spki(rsaAlgorithm(), seq(int(rsa("1024").n), int(65537), int(1)))),
  "rsa-trailing-after-sequence": () =>
    rsaSpkiOnly(spki(rsaAlgorithm(), join(seq(int(rsa("1024").n), int(65537)), hex("0000")))),
  "rsa-exponent-missing": () => rsaSpkiOnly(spki(rsaAlgorithm(), seq(int(rsa("1024").n)))),
};

const kinds: Table = {
  "ed25519": () => both(ed25519()),
  "ed25519-with-null-parameters": () =>
    spkiOnly(spki(seq(oid(OID.ed25519), nil()), ed25519().publicKey), ed25519()),
  "ed25519-public-31-bytes": () => spkiOnly(spki(seq(oid(OID.ed25519)), noise("short", 31)), ed25519()),
  "ed25519-other-public": () => spkiOnly(ed25519("other").spki, ed25519()),
  "ed448": () => both(opaqueKey("1.3.101.113", 57, 57)),
  "x25519": () => both(opaqueKey("1.3.101.110", 32, 32)),
  "x448": () => both(opaqueKey("1.3.101.111", 56, 56)),
  "ml-dsa-44": () => both(mlDsa("44")),
  "ml-dsa-65": () => both(mlDsa("65")),
  "ml-dsa-87": () => both(mlDsa("87")),
  "ml-dsa-65-seed-and-expanded": () => both(mlDsa("65", "both")),
  "ml-dsa-65-expanded": () => both(mlDsa("65", "expanded")),
  "ml-dsa-65-bare-seed": () =>
    both({ ...mlDsa("65"), pkcs8: opaqueKey("2.16.840.1.101.3.4.3.18", 1952, 32).pkcs8 }),
  "ml-dsa-65-other-public": () => spkiOnly(opaqueKey("2.16.840.1.101.3.4.3.18", 1952, 32).spki, mlDsa("65")),
  "ml-dsa-65-short-public": () => spkiOnly(opaqueKey("2.16.840.1.101.3.4.3.18", 1951, 32).spki, mlDsa("65")),
  "ml-dsa-65-null-parameters": () =>
    spkiOnly(spki(seq(oid("2.16.840.1.101.3.4.3.18"), nil()), noise("public", 1952)), mlDsa("65")),
  "slh-dsa-sha2-128s": () => both(opaqueKey("2.16.840.1.101.3.4.3.20", 32, 64)),
  "ml-kem-768": () => both(opaqueKey("2.16.840.1.101.3.4.4.2", 1184, 64)),
  "gost-2012": () => both(opaqueKey("1.2.643.7.1.1.1.1", 64, 32)),
  "unknown-algorithm": () => both(opaqueKey("1.3.6.1.4.1.99999.7", 32, 32)),
  "unknown-algorithm-in-certificate": () => spkiOnly(opaqueKey("1.3.6.1.4.1.99999.7", 32, 32).spki),
  "dsa-2048": () => both(dsa()),
  "dh-2048": () => {
    const algorithm = seq(oid("1.2.840.113549.1.3.1"), seq(int(rsa("1024").n), int(2)));
    return both({ spki: spki(algorithm, int(rsa("1028").n)), pkcs8: pkcs8(algorithm, int(12345)) });
  },
  "public-key-empty": () => spkiOnly(spki(ecAlgorithm(leaf().curve), "")),
  "public-key-absent": () => spkiOnly(seq(ecAlgorithm(leaf().curve))),
  "public-key-octet-string": () =>
    spkiOnly(seq(ecAlgorithm(leaf().curve), tlv(0x04, uncompressed(leaf().curve, leaf().point)))),
  "public-key-trailing": () =>
    spkiOnly(seq(ecAlgorithm(leaf().curve), bits(uncompressed(leaf().curve, leaf().point)), nil())),
  "mismatch-same-curve": () => spkiOnly(p256("other").spki),
  "mismatch-other-curve": () => spkiOnly(p256().spki, ecKey(ec("p-384"))),
  "mismatch-rsa-key": () => spkiOnly(p256().spki, rsaKey(rsa("1024"))),
  "mismatch-rsa-certificate": () => spkiOnly(rsaSpki(rsa("1024"))),
  "mismatch-rsa-same-size": () => spkiOnly(rsaSpki(rsa("1024")), rsaKey(rsa("1024e3", 3n))),
  "mismatch-ed25519-key": () => spkiOnly(p256().spki, ed25519()),
};

/** The arithmetic of DSA is not needed to be told that it is DSA. */
function dsa(): TestKey {
  const domain = seq(int(rsa("1024").n), int(BigInt("0x" + rsa("256").p.toString(16))), int(4));
  const algorithm = seq(oid("1.2.840.10040.4.1"), domain);
  return { spki: spki(algorithm, int(rsa("1028").n)), pkcs8: pkcs8(algorithm, int(rsa("256").q >> 8n)) };
}

/** Key kinds, sizes, curves and what a certificate can say about them. */
export const keyKinds: Kind[] = [
  ...group("key", curves),
  ...group("key", points),
  ...group("key", rsaSizes),
  ...group("key", exponents),
  ...group("key", rsaOddities),
  ...group("key", kinds),
];
