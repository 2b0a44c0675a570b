import type { Cause } from "../model/mod.ts";
import { takeAny } from "./_any.ts";
import { takeAlgorithm } from "./_certificate.ts";
import { type Curve, KNOWN_CURVES, type Point } from "./_curves.ts";
import {
  contextConstructed,
  contextPrimitive,
  Der,
  INTEGER,
  isInteger,
  NULL,
  OBJECT,
  OCTET_STRING,
  SEQUENCE,
  SET,
  takeOid,
  takeSmallInteger,
} from "./_der.ts";
import { otherCurve, takeEcKey } from "./_ec_key.ts";
import { takeEcParameters } from "./_ec_parameters.ts";
import { isMlDsa, type MlDsaName } from "./_ml_dsa.ts";
import { KEY_ALGORITHMS, oidText } from "./_oids.ts";
import { isFailure, type PemBlock, PemReader } from "./_pem_reader.ts";
import { bitLength, takeUnsigned } from "./_public_key.ts";
import { takeRsaKey } from "./_rsa_key.ts";

/**
 * A private key that BoringSSL would load. `scalar` has not been compared with the points yet: that is the dear part of
 * judging a pair, and one comparison often stands for several.
 */
export type PrivateKey =
  | { readonly kind: "RSA"; readonly n: bigint; readonly e: bigint }
  | { readonly kind: "EC"; readonly curve: Curve; readonly scalar: bigint; readonly point: Point | null }
  | { readonly kind: "Ed25519" | MlDsaName; readonly seed: Uint8Array }
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
  if (kind === "Ed25519" || isMlDsa(kind)) {
    // RFC 8410 wraps the seed once more; of the forms of RFC 9881 BoringSSL takes the bare seed alone.
    const tag = kind === "Ed25519" ? OCTET_STRING : contextPrimitive(0);
    if (!parameters.done || !key.take(tag) || !key.done || key.to - key.from !== 32) return null;
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
  if (curve === "unknown") return otherCurve(parameters, null);
  if (!parameters.done) return null;
  const found = takeEcKey(key, curve);
  return found !== null && !key.done ? null : found;
}

/**
 * A DSA key as OpenSSL wrote it: version, p, q, g, public and private number. No certificate that Envoy takes goes with
 * one; but where it stands in a file, BoringSSL refuses the file if the numbers are impossible (`dsa_check_key`).
 */
function takeDsaKey(der: Der): boolean {
  if (!der.take(SEQUENCE)) return false;
  const fields = der.inside();
  const numbers = Array.from({ length: 6 }, () => takeUnsigned(fields));
  const [version, p, q, g, open, secret] = numbers;
  if (!fields.done || version !== 0n || !p || !q || !g || !open || !secret) return false;
  const sizes = DSA_Q_BITS.has(bitLength(q)) && bitLength(p) <= DSA_MOST_BITS;
  return sizes && p % 2n === 1n && q % 2n === 1n && q < p && g < p && open < p && secret < q;
}

const DSA_Q_BITS: ReadonlySet<number> = new Set([160, 224, 256]);
const DSA_MOST_BITS = 10_000;
