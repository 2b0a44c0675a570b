import { createHash } from "node:crypto";
import { CURVES, inverse, mod, timesBase } from "./_curves.ts";
import { bits, bool, ctx, ctxRaw, int, join, octets, oid, type Raw, seq, set, tlv } from "./_der.ts";
import { ec, once, p256 } from "./_keys.ts";

/** What a certificate is made of; whatever is left out is sound. */
export interface CertificateOptions {
  /** The TLV that stands for the version, `null` for none (version 1). */
  readonly version?: Uint8Array | null;
  /** The whole serial TLV. */
  readonly serial?: Uint8Array;
  /** AlgorithmIdentifier inside the signed part; also the outer one unless that is given. */
  readonly algorithm?: Uint8Array;
  readonly outerAlgorithm?: Uint8Array;
  readonly issuer?: Uint8Array;
  readonly subject?: Uint8Array;
  /** Content of the Validity sequence. */
  readonly validity?: Uint8Array;
  readonly spki?: Uint8Array;
  /** What stands between the key and the extensions: issuerUniqueID, subjectUniqueID. */
  readonly uniqueIds?: Uint8Array;
  /** Replaces the sound extensions; see {@linkcode soundExtensions}. */
  readonly extensions?: readonly Uint8Array[];
  /** The whole [3] field, `null` for none. */
  readonly extensionsField?: Uint8Array | null;
  /** What follows the last field of the signed part. */
  readonly afterTbs?: Uint8Array;
  /** The whole BIT STRING. */
  readonly signature?: Uint8Array;
  /** What follows the signature inside the certificate. */
  readonly after?: Uint8Array;
}

/** Object identifiers of extensions, RFC 5280 section 4.2.1 and RFC 7633. */
export const EXT = {
  subjectKeyId: "2.5.29.14",
  keyUsage: "2.5.29.15",
  subjectAltName: "2.5.29.17",
  issuerAltName: "2.5.29.18",
  basicConstraints: "2.5.29.19",
  nameConstraints: "2.5.29.30",
  crlDistributionPoints: "2.5.29.31",
  certificatePolicies: "2.5.29.32",
  policyMappings: "2.5.29.33",
  authorityKeyId: "2.5.29.35",
  policyConstraints: "2.5.29.36",
  extendedKeyUsage: "2.5.29.37",
  freshestCrl: "2.5.29.46",
  inhibitAnyPolicy: "2.5.29.54",
  authorityInfoAccess: "1.3.6.1.5.5.7.1.1",
  tlsFeature: "1.3.6.1.5.5.7.1.24",
} as const;

export const ALG = {
  ecdsaSha256: seq(oid("1.2.840.10045.4.3.2")),
} as const;

/** An Extension; `critical` may be the whole TLV, for odd encodings. */
export function extension(dotted: string, value: Raw, critical: boolean | Uint8Array = false): Uint8Array {
  const flag = critical === true ? [bool(true)] : critical === false ? [] : [critical];
  return seq(oid(dotted), ...flag, octets(value));
}

/** One RDN with one attribute. */
export function rdn(dotted: string, value: Uint8Array): Uint8Array {
  return set(seq(oid(dotted), value));
}

export const CN = "2.5.4.3";
export const utf8 = (text: string): Uint8Array => tlv(0x0c, new TextEncoder().encode(text));
export const name = (...rdns: readonly Uint8Array[]): Uint8Array => seq(...rdns);
export const commonName = (text: string): Uint8Array => name(rdn(CN, utf8(text)));
export const utcTime = (text: string): Uint8Array => tlv(0x17, text);
export const generalizedTime = (text: string): Uint8Array => tlv(0x18, text);
export const dns = (text: string): Uint8Array => ctxRaw(2, text);

/** The name every certificate here is for unless it is about its names. */
export const HOST = "edge.example.com";

/** keyUsage with the named bits; 0 is digitalSignature. */
export function keyUsage(...numbers: readonly number[]): Uint8Array {
  if (numbers.length === 0) return bits("", 0);
  const top = Math.max(...numbers);
  const bytes = new Uint8Array((top >> 3) + 1);
  for (const number of numbers) bytes[number >> 3] |= 0x80 >> (number & 7);
  return bits(bytes, 7 - (top & 7));
}

export const EKU = {
  any: "2.5.29.37.0",
  serverAuth: "1.3.6.1.5.5.7.3.1",
  clientAuth: "1.3.6.1.5.5.7.3.2",
  codeSigning: "1.3.6.1.5.5.7.3.3",
  ocspSigning: "1.3.6.1.5.5.7.3.9",
} as const;

/** The extensions of an ordinary certificate, by name, so that one can be replaced or left out (`null`). */
export function soundExtensions(change: Record<string, Uint8Array | null> = {}): Uint8Array[] {
  const sound: Record<string, Uint8Array | null> = {
    keyUsage: extension(EXT.keyUsage, keyUsage(0), true),
    extendedKeyUsage: extension(EXT.extendedKeyUsage, seq(oid(EKU.serverAuth))),
    basicConstraints: extension(EXT.basicConstraints, seq(), true),
    subjectAltName: extension(EXT.subjectAltName, seq(dns(HOST))),
  };
  return Object.values({ ...sound, ...change }).filter((each) => each !== null);
}

/** The signed part. */
function tbsCertificate(options: CertificateOptions): Uint8Array {
  const version = options.version === undefined ? ctx(0, int(2)) : options.version;
  const field = options.extensionsField === undefined
    ? ctx(3, seq(...(options.extensions ?? soundExtensions())))
    : options.extensionsField;
  const dates = join(utcTime("240101000000Z"), generalizedTime("20910101000000Z"));
  return seq(
    ...(version ? [version] : []),
    options.serial ?? int(0x4e3a5b6c7d8e9fa0b1c2d3e4f5061728n),
    options.algorithm ?? ALG.ecdsaSha256,
    options.issuer ?? commonName("Vector Issuing CA"),
    seq(options.validity ?? dates),
    options.subject ?? commonName(HOST),
    options.spki ?? p256().spki,
    ...(options.uniqueIds ? [options.uniqueIds] : []),
    ...(field ? [field] : []),
    ...(options.afterTbs ? [options.afterTbs] : []),
  );
}

/** A certificate, signed by the vectors' P-256 issuer unless a signature is given. */
export function certificate(options: CertificateOptions = {}): Uint8Array {
  const tbs = tbsCertificate(options);
  return seq(
    tbs,
    options.outerAlgorithm ?? options.algorithm ?? ALG.ecdsaSha256,
    options.signature ?? bits(sign(tbs)),
    ...(options.after ? [options.after] : []),
  );
}

/** The issuer's own certificate, as it stands second in a chain. */
export function issuerCertificate(options: CertificateOptions = {}): Uint8Array {
  return certificate({
    serial: int(1001),
    subject: commonName("Vector Issuing CA"),
    issuer: commonName("Vector Root CA"),
    spki: p256("issuer").spki,
    extensions: [
      extension(EXT.basicConstraints, seq(bool(true)), true),
      extension(EXT.keyUsage, keyUsage(5, 6), true),
    ],
    ...options,
  });
}

/** ECDSA with SHA-256 by the issuer. The nonce is constant, so that every run makes the same bytes. */
function sign(message: Uint8Array): Uint8Array {
  const { n } = CURVES["p-256"];
  const nonce = 0x1234567890abcdef1234567890abcdefn;
  const r = once("nonce point", () => timesBase(CURVES["p-256"], nonce)[0] % n);
  const z = BigInt("0x" + createHash("sha256").update(message).digest("hex"));
  return seq(int(r), int(mod(inverse(nonce, n) * (z + r * ec("p-256", "issuer").d), n)));
}
