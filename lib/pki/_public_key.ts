import type { Cause, KeyKind } from "../model/mod.ts";
import { BIT_STRING, Der, INTEGER, isInteger, NULL, OBJECT, sameBytes, SEQUENCE } from "./_der.ts";
import { type Curve, isOnCurve, KNOWN_CURVES, type Point, readPoint, toBigInt } from "./_curves.ts";
import { isMlDsa, type MlDsaName, mlDsaPublicLength } from "./_ml_dsa.ts";
import { CURVES, KEY_ALGORITHMS, oidText } from "./_oids.ts";

/** A public key that TLS in Envoy can use. */
export type PublicKey =
  | { readonly kind: "RSA"; readonly n: bigint; readonly e: bigint }
  | { readonly kind: "EC"; readonly curve: Curve; readonly point: Point }
  | { readonly kind: "Ed25519" | MlDsaName; readonly bytes: Uint8Array };

/** Why a public key cannot be used. */
export interface KeyProblem {
  readonly cause: Cause;
  readonly detail: string;
}

/** What a person is told about a key, whether or not it can be used. */
export interface KeyDescription {
  readonly keyKind: KeyKind;
  readonly keyBits: number;
  readonly curve: string | null;
}

/** BoringSSL's bounds of a modulus, and of a public exponent, in bits. */
const RSA_BITS_LEAST = 512, RSA_BITS_MOST = 16384, EXPONENT_BITS_MOST = 33;

export const bitLength = (value: bigint): number => value === 0n ? 0 : value.toString(2).length;

interface Parts {
  readonly algorithm: string;
  readonly parameters: Der;
  readonly key: Uint8Array;
  readonly padding: number;
}

function partsOf(publicKey: Uint8Array): Parts | null {
  const outer = new Der(publicKey);
  if (!outer.take(SEQUENCE)) return null;
  const fields = outer.inside();
  if (!fields.take(SEQUENCE)) return null;
  const parameters = fields.inside();
  if (!parameters.take(OBJECT)) return null;
  const algorithm = oidText(parameters.bytes, parameters.from, parameters.to);
  if (!fields.take(BIT_STRING) || fields.to === fields.from) return null;
  return { algorithm, parameters, key: fields.contents().subarray(1), padding: fields.bytes[fields.from] };
}

/** Reads an INTEGER that is not negative. */
export function takeUnsigned(der: Der): bigint | null {
  if (!der.take(INTEGER) || !isInteger(der.bytes, der.from, der.to) || der.bytes[der.from] >= 0x80) {
    return null;
  }
  return toBigInt(der.contents());
}

function rsaNumbers(key: Uint8Array): { n: bigint; e: bigint } | null {
  const outer = new Der(key);
  if (!outer.take(SEQUENCE) || !outer.done) return null;
  const fields = outer.inside();
  const n = takeUnsigned(fields);
  const e = n === null ? null : takeUnsigned(fields);
  return n === null || e === null || !fields.done ? null : { n, e };
}

/** BoringSSL's `rsa_check_public_key`. */
export function checkRsaPublic(n: bigint, e: bigint): KeyProblem | null {
  const bits = bitLength(n);
  if (bits > RSA_BITS_MOST) return { cause: "rsa_too_large", detail: `RSA ${bits} bit` };
  if (bits < RSA_BITS_LEAST) return { cause: "rsa_too_small", detail: `RSA ${bits} bit` };
  const exponentBits = bitLength(e);
  if ((n & 1n) === 0n) return { cause: "rsa_parameters", detail: "the modulus is even" };
  if (exponentBits < 2 || exponentBits > EXPONENT_BITS_MOST || (e & 1n) === 0n) {
    return { cause: "rsa_parameters", detail: `the public exponent has ${exponentBits} bit or is even` };
  }
  return null;
}

/** Reads the public key of a certificate as BoringSSL's TLS does (`ssl_cert_parse_pubkey`). */
export function readPublicKey(publicKey: Uint8Array): PublicKey | KeyProblem {
  const parts = partsOf(publicKey);
  if (parts === null) return damaged("its public key is damaged");
  const { algorithm, parameters, key, padding } = parts;
  const kind = KEY_ALGORITHMS[algorithm];
  const opaque = kind === "Ed25519" || isMlDsa(kind);
  if (kind !== "RSA" && kind !== "EC" && !opaque) {
    return { cause: "key_kind_unsupported", detail: `${kind ?? algorithm} key` };
  }
  if (padding !== 0) return damaged("its public key has padding bits");
  if (kind !== "RSA" && kind !== "EC") {
    const length = kind === "Ed25519" ? 32 : mlDsaPublicLength(kind);
    if (!parameters.done || key.length !== length) return damaged(`its ${kind} key is damaged`);
    return { kind, bytes: key };
  }
  if (kind === "RSA") {
    if (!parameters.take(NULL) || parameters.to !== parameters.from || !parameters.done) {
      return damaged("its RSA key has odd parameters");
    }
    const numbers = rsaNumbers(key);
    return numbers === null ? damaged("its RSA key is damaged") : checkRsaPublic(numbers.n, numbers.e) ??
      { kind, ...numbers };
  }
  return readEcKey(parameters, key);
}

function readEcKey(parameters: Der, key: Uint8Array): PublicKey | KeyProblem {
  if (!parameters.take(OBJECT)) {
    return { cause: "curve_unsupported", detail: "the curve is spelled out or missing, not named" };
  }
  const oid = parameters.contents();
  const curve = KNOWN_CURVES.find((known) => sameBytes(known.oid, oid));
  if (curve === undefined || curve.name === "P-224") {
    const text = oidText(oid);
    return { cause: "curve_unsupported", detail: `curve ${CURVES[text]?.name ?? text}` };
  }
  if (!parameters.done) return damaged("its EC key has odd parameters");
  const point = readPoint(curve, key);
  if (point === null) return damaged(`its ${curve.name} key is not a point of the curve`);
  return { kind: "EC", curve, point };
}

function damaged(detail: string): KeyProblem {
  return { cause: "certificate_unreadable", detail };
}

/** A problem that only shows when the point is looked at more closely; costs more than the rest of the reading. */
export function checkPoint(key: PublicKey): KeyProblem | null {
  if (key.kind !== "EC" || isOnCurve(key.curve, key.point)) return null;
  return damaged(`its ${key.curve.name} key is not a point of the curve`);
}

/** Kind, size and curve, as far as the bytes say. */
export function describeKey(publicKey: Uint8Array): KeyDescription {
  const parts = partsOf(publicKey);
  const kind = parts === null ? undefined : KEY_ALGORITHMS[parts.algorithm];
  if (parts === null || kind === undefined) return { keyKind: "other", keyBits: 0, curve: null };
  if (kind === "RSA" || kind === "RSA-PSS") {
    const numbers = rsaNumbers(parts.key);
    return {
      keyKind: kind === "RSA" ? "RSA" : "other",
      keyBits: numbers ? bitLength(numbers.n) : 0,
      curve: null,
    };
  }
  if (kind === "Ed25519") return { keyKind: "Ed25519", keyBits: 256, curve: null };
  if (kind !== "EC") return { keyKind: "other", keyBits: 0, curve: null };
  const named = parts.parameters.take(OBJECT);
  const oid = named ? oidText(parts.parameters.bytes, parts.parameters.from, parts.parameters.to) : null;
  const known = oid === null ? undefined : CURVES[oid];
  return { keyKind: "EC", keyBits: known?.bits ?? 0, curve: known?.name ?? oid };
}
