import { createPrivateKey, createPublicKey } from "node:crypto";
import type { Cause } from "../model/mod.ts";
import { isPublicPointOf, publicPoint } from "./_base_point.ts";
import {
  BIT_STRING,
  contextConstructed,
  Der,
  INTEGER,
  isInteger,
  NULL,
  OBJECT,
  OCTET_STRING,
  sameBytes,
  SEQUENCE,
  SET,
  takeOid,
  takeSmallInteger,
} from "./_der.ts";
import { takeAny } from "./_any.ts";
import { takeAlgorithm } from "./_certificate.ts";
import { type Curve, KNOWN_CURVES, type Point, readPoint, toBigInt } from "./_curves.ts";
import { CURVES, KEY_ALGORITHMS, oidText } from "./_oids.ts";
import { isFailure, type PemBlock, PemReader } from "./_pem_reader.ts";
import { bitLength, checkRsaPublic, type PublicKey, takeUnsigned } from "./_public_key.ts";
import { takeEcParameters } from "./_ec_parameters.ts";

/**
 * A private key that BoringSSL would load. `scalar` has not been compared with the points yet: that is the dear part of
 * judging a pair, and one comparison often stands for several.
 */
export type PrivateKey =
  | { readonly kind: "RSA"; readonly n: bigint; readonly e: bigint }
  | { readonly kind: "EC"; readonly curve: Curve; readonly scalar: bigint; readonly point: Point | null }
  | { readonly kind: "Ed25519"; readonly seed: Uint8Array }
  /** One that Envoy can load and no certificate that it takes can go with. */
  | { readonly kind: "other"; readonly name: string };

/** Why a key cannot be loaded. */
export interface KeyFailure {
  readonly cause: Cause;
  readonly detail: string;
}

const LABELS: Readonly<Record<string, "pkcs8" | "encrypted" | "RSA" | "EC" | "DSA">> = {
  "PRIVATE KEY": "pkcs8",
  "ENCRYPTED PRIVATE KEY": "encrypted",
  "RSA PRIVATE KEY": "RSA",
  "EC PRIVATE KEY": "EC",
  "DSA PRIVATE KEY": "DSA",
};

/** Whether a PEM block of this label is a private key to BoringSSL. */
export const isKeyLabel = (label: string): boolean => Object.hasOwn(LABELS, label);

const unreadable = (detail: string): KeyFailure => ({ cause: "key_unreadable", detail });
const INCONSISTENT: KeyFailure = {
  cause: "key_inconsistent",
  detail: "the numbers of the RSA key do not fit",
};

/** Reads the first private key of a PEM file as BoringSSL's `PEM_read_bio_PrivateKey` without a passphrase. */
export function readPrivateKey(pem: Uint8Array): PrivateKey | KeyFailure {
  const reader = new PemReader(pem);
  for (;;) {
    const block = reader.next();
    if (isFailure(block)) return unreadable(block.failure === "none" ? notAKey(pem) : block.detail);
    if (isKeyLabel(block.label)) return keyOf(block);
  }
}

function notAKey(pem: Uint8Array): string {
  if (pem[0] === 0x30) return "no PEM block: the file looks like DER";
  if (pem[0] === 0xef && pem[1] === 0xbb && pem[2] === 0xbf) {
    return "no private key: a byte order mark stands before it";
  }
  return "no PEM block of a private key";
}

function keyOf({ label, header, der: bytes }: PemBlock): PrivateKey | KeyFailure {
  const form = LABELS[label];
  if (form === "encrypted" || header.startsWith("Proc-Type: 4,ENCRYPTED")) {
    return { cause: "key_encrypted", detail: `${label} with a passphrase` };
  }
  if (header !== "") return unreadable(`${label}: it has header lines`);
  const found = form === "pkcs8" ? parsePkcs8(bytes) : parseKeyOfKind(bytes, form);
  return found ?? unreadable(`${label}: its contents are damaged`);
}

/** BoringSSL's `d2i_PrivateKey`: the kind's own form, else PKCS #8 of that kind. What follows is ignored. */
export function parseKeyOfKind(
  bytes: Uint8Array,
  kind: "RSA" | "EC" | "DSA",
): PrivateKey | KeyFailure | null {
  let own: PrivateKey | KeyFailure | null;
  if (kind === "RSA") own = takeRsaKey(new Der(bytes));
  else if (kind === "EC") own = takeEcKey(new Der(bytes), null);
  else own = takeDsaKey(new Der(bytes)) ? { kind: "other", name: "DSA" } : null;
  if (own !== null && !("cause" in own)) return own;
  const wrapped = takePrivateKeyInfo(new Der(bytes), false);
  if (wrapped !== null && !("cause" in wrapped)) {
    return (wrapped.kind === "other" ? wrapped.name : wrapped.kind) === kind ? wrapped : null;
  }
  return own ?? wrapped;
}

/** `d2i_PKCS8_PRIV_KEY_INFO`, then `EVP_PKCS82PKEY`. */
function parsePkcs8(bytes: Uint8Array): PrivateKey | KeyFailure | null {
  return takePrivateKeyInfo(new Der(bytes), true);
}

/**
 * Reads a PrivateKeyInfo (RFC 5208). `strict` checks the attributes, as the label PRIVATE KEY makes BoringSSL do; then
 * the public key that RFC 5958 adds is an error too.
 */
function takePrivateKeyInfo(der: Der, strict: boolean): PrivateKey | KeyFailure | null {
  if (!der.take(SEQUENCE)) return null;
  const fields = der.inside();
  if (strict && !isPkcs8(der.inside())) return null;
  if (takeSmallInteger(fields) !== 0 || !fields.take(SEQUENCE)) return null;
  const parameters = fields.inside();
  if (!parameters.take(OBJECT)) return null;
  const oid = oidText(parameters.bytes, parameters.from, parameters.to);
  if (!fields.take(OCTET_STRING)) return null;
  const key = fields.inside();
  const kind = KEY_ALGORITHMS[oid];
  if (kind === undefined) return unreadable(`a key of the unknown kind ${oid}`);
  if (kind === "RSA") {
    if (!parameters.take(NULL) || parameters.to !== parameters.from || !parameters.done) return null;
    const rsa = takeRsaKey(key);
    return rsa !== null && !key.done ? null : rsa;
  }
  if (kind === "EC") return takePkcs8Ec(parameters, key);
  if (kind === "Ed25519") {
    if (!parameters.done || !key.take(OCTET_STRING) || !key.done || key.to - key.from !== 32) return null;
    return { kind, seed: key.contents() };
  }
  return { kind: "other", name: kind };
}

function isPkcs8(fields: Der): boolean {
  if (!fields.take(INTEGER) || !isInteger(fields.bytes, fields.from, fields.to)) return false;
  if (takeAlgorithm(fields) === null || !fields.take(OCTET_STRING)) return false;
  if (fields.peek(contextConstructed(0))) {
    if (!fields.take(contextConstructed(0))) return false;
    const attributes = fields.inside();
    while (!attributes.done) {
      if (!attributes.take(SEQUENCE)) return false;
      const attribute = attributes.inside();
      if (!takeOid(attribute) || !attribute.take(SET) || !attribute.done) return false;
      const values = attribute.inside();
      while (!values.done) if (!takeAny(values)) return false;
    }
  }
  return fields.done;
}

function takePkcs8Ec(parameters: Der, key: Der): PrivateKey | KeyFailure | null {
  const curve = takeEcParameters(parameters, KNOWN_CURVES);
  if (curve === null) return null;
  if (curve === "unknown") {
    const text = parameters.tag === OBJECT ? oidText(parameters.bytes, parameters.from, parameters.to) : "";
    return CURVES[text] === undefined ? null : { kind: "other", name: CURVES[text].name };
  }
  if (!parameters.done) return null;
  const found = takeEcKey(key, curve);
  return found !== null && !key.done ? null : found;
}

/** Reads an RSAPrivateKey (RFC 8017, A.1.2) of two primes, with BoringSSL's `RSA_check_key`. */
function takeRsaKey(der: Der): PrivateKey | KeyFailure | null {
  if (!der.take(SEQUENCE)) return null;
  const fields = der.inside();
  const version = takeSmallInteger(fields);
  if (version === 1) return { cause: "rsa_parameters", detail: "the RSA key has more than two primes" };
  if (version !== 0) return null;
  const numbers: bigint[] = [];
  for (let i = 0; i < 8; i++) {
    const number = takeUnsigned(fields);
    if (number === null) return null;
    numbers.push(number);
  }
  if (!fields.done) return null;
  const [n, e, d, p, q, dp, dq, qInverse] = numbers;
  const wrong = checkRsaPublic(n, e);
  if (wrong !== null) return { cause: "key_inconsistent", detail: wrong.detail };
  if (d >= n || p >= n || q >= n || p * q !== n) return INCONSISTENT;
  const p1 = p - 1n, q1 = q - 1n;
  // A prime of 1 would divide by zero; BoringSSL fails there as well.
  if (p1 < 1n || q1 < 1n || d * e % p1 !== 1n || d * e % q1 !== 1n) return INCONSISTENT;
  if (dp >= p1 || e * dp % p1 !== 1n || dq >= q1 || e * dq % q1 !== 1n) return INCONSISTENT;
  if (qInverse >= p || q * qInverse % p !== 1n) return INCONSISTENT;
  return { kind: "RSA", n, e };
}

/** Reads an ECPrivateKey (RFC 5915). `curve` is the one that the wrapping names, if there is one. */
function takeEcKey(der: Der, curve: Curve | null): PrivateKey | KeyFailure | null {
  if (!der.take(SEQUENCE)) return null;
  const fields = der.inside();
  if (takeSmallInteger(fields) !== 1 || !fields.take(OCTET_STRING)) return null;
  const scalar = toBigInt(fields.contents());
  if (fields.peek(contextConstructed(0))) {
    if (!fields.take(contextConstructed(0))) return null;
    const wrapper = fields.inside();
    const named = takeEcParameters(wrapper, curve === null ? KNOWN_CURVES : [curve]);
    if (named === "unknown") return otherCurve(wrapper, curve);
    if (named === null || !wrapper.done) return null;
    curve = named;
  }
  if (curve === null) return null;
  if (scalar === 0n || scalar >= curve.n) return unreadable(`the ${curve.name} key is out of range`);
  let point: Point | null = null;
  if (fields.peek(contextConstructed(1))) {
    point = takeEmbeddedPoint(fields, curve);
    if (point === null) return null;
  }
  if (!fields.done) return null;
  // Envoy takes no P-224 certificate, so nothing of such a key needs to be compared.
  if (curve.name === "P-224") return { kind: "other", name: curve.name };
  return { kind: "EC", curve, scalar, point };
}

function otherCurve(wrapper: Der, curve: Curve | null): PrivateKey | KeyFailure | null {
  if (curve !== null) return { cause: "key_inconsistent", detail: "the key names two curves" };
  const text = wrapper.tag === OBJECT ? oidText(wrapper.bytes, wrapper.from, wrapper.to) : "";
  return CURVES[text] === undefined ? null : { kind: "other", name: CURVES[text].name };
}

function takeEmbeddedPoint(fields: Der, curve: Curve): Point | null {
  if (!fields.take(contextConstructed(1))) return null;
  const wrapper = fields.inside();
  if (!wrapper.take(BIT_STRING) || !wrapper.done || wrapper.bytes[wrapper.from] !== 0) return null;
  if (wrapper.to - wrapper.from < 2) return null;
  if (curve.name === "P-224") return { x: 0n, y: 0n };
  return readPoint(curve, wrapper.contents().subarray(1));
}

/** Six numbers in a SEQUENCE; Envoy has no use for such a key, so that is enough to tell it from a damaged one. */
function takeDsaKey(der: Der): boolean {
  if (!der.take(SEQUENCE)) return false;
  const fields = der.inside();
  for (let i = 0; i < 6; i++) if (takeUnsigned(fields) === null) return false;
  return fields.done;
}

/** SubjectPublicKeyInfo of an Ed25519 key and PKCS #8 of its seed, less the 32 bytes at their ends. */
const ED25519_PKCS8 = [
  0x30,
  0x2e,
  0x02,
  0x01,
  0x00,
  0x30,
  0x05,
  0x06,
  0x03,
  0x2b,
  0x65,
  0x70,
  0x04,
  0x22,
  0x04,
  0x20,
];

function ed25519Public(seed: Uint8Array): Uint8Array {
  const pkcs8 = new Uint8Array([...ED25519_PKCS8, ...seed]);
  const key = createPrivateKey({ key: pkcs8 as never, format: "der", type: "pkcs8" });
  const spki: Uint8Array = createPublicKey(key as never).export({ format: "der", type: "spki" });
  return spki.subarray(spki.length - 32);
}

/** The public half of a key; `null` for a kind that no certificate in Envoy can have. */
export function publicHalf(key: PrivateKey): PublicKey | null {
  if (key.kind === "RSA") return { kind: "RSA", n: key.n, e: key.e };
  if (key.kind === "Ed25519") return { kind: "Ed25519", bytes: ed25519Public(key.seed) };
  return key.kind === "EC"
    ? { kind: "EC", curve: key.curve, point: publicPoint(key.curve, key.scalar) }
    : null;
}

/** Whether two public keys are the same (`EVP_PKEY_eq`). */
export function samePublicKey(a: PublicKey, b: PublicKey): boolean {
  if (a.kind === "RSA") return b.kind === "RSA" && a.n === b.n && a.e === b.e;
  if (a.kind === "Ed25519") return b.kind === "Ed25519" && sameBytes(a.bytes, b.bytes);
  return b.kind === "EC" && a.curve === b.curve && a.point.x === b.point.x && a.point.y === b.point.y;
}

/**
 * Why a key does not go with a certificate's public key, or `null` if it does. A point inside of an EC key has to be the
 * key's own (`EC_KEY_check_key`); where it is the certificate's, one multiplication answers both questions.
 */
export function matchProblem(key: PrivateKey, publicKey: PublicKey): KeyFailure | null {
  const mismatch: KeyFailure = {
    cause: "key_mismatch",
    detail: `${keyName(key)} key, ${keyName(publicKey)} certificate`,
  };
  if (key.kind === "other") return mismatch;
  if (key.kind !== "EC") return samePublicKey(publicHalf(key)!, publicKey) ? null : mismatch;
  const { curve, scalar, point } = key;
  if (!isConsistent(key)) {
    return {
      cause: "key_inconsistent",
      detail: `the ${curve.name} key holds the public part of another key`,
    };
  }
  if (publicKey.kind !== "EC" || publicKey.curve !== curve) return mismatch;
  const same = point === null
    ? isPublicPointOf(curve, scalar, publicKey.point)
    : point.x === publicKey.point.x && point.y === publicKey.point.y;
  return same ? null : mismatch;
}

/** Whether the point inside of an EC key is the key's own (`EC_KEY_check_key`). */
export function isConsistent(key: PrivateKey): boolean {
  return key.kind !== "EC" || key.point === null || isPublicPointOf(key.curve, key.scalar, key.point);
}

/** `RSA 2048 bit`, `P-256`, `Ed25519`, … */
export function keyName(key: PrivateKey | PublicKey): string {
  if (key.kind === "RSA") return `RSA ${bitLength(key.n)} bit`;
  if (key.kind === "EC") return key.curve.name;
  return key.kind === "other" ? key.name : key.kind;
}
