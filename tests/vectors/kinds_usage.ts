import { certificate, EKU, EXT, extension, keyUsage, soundExtensions } from "./_certificate.ts";
import { bits, bool, hex, int, join, nil, octets, oid, type Raw, seq, tlv } from "./_der.ts";
import { ec, ecKey, ed25519, rsa, rsaKey } from "./_keys.ts";
import { group, type Kind } from "./_kind.ts";
import { certificatePem, certPair, keyPem, pair } from "./_pem.ts";

const BITS = [
  "digital-signature",
  "non-repudiation",
  "key-encipherment",
  "data-encipherment",
  "key-agreement",
  "cert-sign",
  "crl-sign",
  "encipher-only",
  "decipher-only",
];

type Table = Record<string, () => ReturnType<typeof pair>>;

const usage = (value: Raw, critical: boolean | Uint8Array = true) =>
  certPair({ extensions: soundExtensions({ keyUsage: extension(EXT.keyUsage, value, critical) }) });
const eku = (value: Raw, critical = false) =>
  certPair({
    extensions: soundExtensions({ extendedKeyUsage: extension(EXT.extendedKeyUsage, value, critical) }),
  });
const ekuOf = (...oids: string[]) => seq(...oids.map(oid));

const eachBit: Table = Object.fromEntries(BITS.flatMap((name, at) => [
  ...(at === 0 ? [] : [[`${name}-alone`, () => usage(keyUsage(at))] as const]),
  [`${name}-not-critical`, () => usage(keyUsage(at), false)],
]));

/** keyUsage on other kinds of key than P-256. */
const onKey = (key: { spki: Uint8Array; pkcs8: Uint8Array }, ...numbers: number[]) =>
  pair(
    certificatePem(certificate({
      spki: key.spki,
      extensions: soundExtensions({ keyUsage: extension(EXT.keyUsage, keyUsage(...numbers), true) }),
    })),
    keyPem(key.pkcs8),
  );

const combinations: Table = {
  "absent": () => certPair({ extensions: soundExtensions({ keyUsage: null }) }),
  "all-bits": () => usage(keyUsage(0, 1, 2, 3, 4, 5, 6, 7, 8)),
  "all-but-digital-signature": () => usage(keyUsage(1, 2, 3, 4, 5, 6, 7, 8)),
  "signature-and-encipherment": () => usage(keyUsage(0, 2)),
  "signature-and-cert-sign": () => usage(keyUsage(0, 5)),
  "signature-and-decipher-only": () => usage(keyUsage(0, 8)),
  "encipherment-and-agreement": () => usage(keyUsage(2, 4)),
  "empty-bit-string": () => usage(keyUsage()),
  "empty-bit-string-not-critical": () => usage(keyUsage(), false),
  "zero-byte": () => usage(bits(hex("00"), 0)),
  "not-minimal-unused": () => usage(bits(hex("80"), 0)),
  "not-minimal-zero-bytes": () => usage(bits(hex("800000"), 0)),
  "three-bytes": () => usage(bits(hex("808080"), 7)),
  "unused-bits-set": () => usage(bits(hex("ff"), 7)),
  "unused-8": () => usage(bits(hex("80"), 8)),
  "unused-without-bytes": () => usage(hex("030103")),
  "no-unused-byte": () => usage(hex("0300")),
  "undefined-bit-9": () => usage(bits(hex("8040"), 6)),
  "not-a-bit-string": () => usage(octets(hex("80"))),
  "sequence": () => usage(seq(keyUsage(0))),
  "constructed-bit-string": () => usage(tlv(0x23, keyUsage(0))),
  "trailing": () => usage(join(keyUsage(0), nil())),
  "value-empty": () => usage(""),
  "junk": () => usage("junk"),
  "truncated": () => usage(hex("030507")),
  "twice-equal": () => {
    const one = extension(EXT.keyUsage, keyUsage(0), true);
    return certPair({ extensions: [...soundExtensions({ keyUsage: one }), one] });
  },
  "twice-different": () => {
    const one = extension(EXT.keyUsage, keyUsage(0), true);
    return certPair({
      extensions: [...soundExtensions({ keyUsage: one }), extension(EXT.keyUsage, keyUsage(2))],
    });
  },
  "critical-false-explicit": () => usage(keyUsage(0), bool(false)),
  "critical-false-explicit-without-signature": () => usage(keyUsage(2), bool(false)),
  "critical-one": () => usage(keyUsage(0), bool(1)),
  "rsa-key-encipherment": () => onKey(rsaKey(rsa("1024")), 2),
  "rsa-both": () => onKey(rsaKey(rsa("1024")), 0, 2),
  "rsa-none": () => onKey(rsaKey(rsa("1024"))),
  "p-384-key-agreement": () => onKey(ecKey(ec("p-384")), 4),
  "ed25519-key-agreement": () => onKey(ed25519(), 4),
};

const extended: Table = {
  "absent": () => certPair({ extensions: soundExtensions({ extendedKeyUsage: null }) }),
  "server-auth-critical": () => eku(ekuOf(EKU.serverAuth), true),
  "client-auth-only": () => eku(ekuOf(EKU.clientAuth)),
  "client-auth-only-critical": () => eku(ekuOf(EKU.clientAuth), true),
  "server-and-client": () => eku(ekuOf(EKU.serverAuth, EKU.clientAuth)),
  "any": () => eku(ekuOf(EKU.any)),
  "code-signing-only": () => eku(ekuOf(EKU.codeSigning), true),
  "ocsp-signing-only": () => eku(ekuOf(EKU.ocspSigning)),
  "unknown-purpose": () => eku(ekuOf("1.3.6.1.4.1.99999.3")),
  "same-purpose-twice": () => eku(ekuOf(EKU.serverAuth, EKU.serverAuth)),
  "hundred-purposes": () => eku(ekuOf(...Array.from({ length: 100 }, (_, at) => `1.3.6.1.4.1.99999.${at}`))),
  "empty-sequence": () => eku(seq()),
  "not-a-sequence": () => eku(oid(EKU.serverAuth)),
  "member-not-an-oid": () => eku(seq(int(1))),
  "member-empty-oid": () => eku(seq(tlv(0x06))),
  "member-oid-not-minimal": () => eku(seq(tlv(0x06, hex("2b8006010505070301")))),
  "member-oid-unfinished": () => eku(seq(tlv(0x06, hex("2b060105050783")))),
  "value-empty": () => eku(""),
  "junk": () => eku("junk"),
  "trailing": () => eku(join(ekuOf(EKU.serverAuth), nil())),
  "twice": () => {
    const one = extension(EXT.extendedKeyUsage, ekuOf(EKU.serverAuth));
    return certPair({ extensions: [...soundExtensions({ extendedKeyUsage: one }), one] });
  },
};

/** keyUsage and extendedKeyUsage. */
export const usageKinds: Kind[] = [
  ...group("key-usage", eachBit),
  ...group("key-usage", combinations),
  ...group("extended-key-usage", extended),
];
