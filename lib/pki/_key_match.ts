import { createPrivateKey, createPublicKey } from "node:crypto";
import { isPublicPointOf, publicPoint } from "./_base_point.ts";
import { sameBytes } from "./_der.ts";
import { mlDsaPublic } from "./_ml_dsa.ts";
import type { KeyFailure, PrivateKey } from "./_private_key.ts";
import { bitLength, type PublicKey } from "./_public_key.ts";

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
  switch (key.kind) {
    case "RSA":
      return { kind: "RSA", n: key.n, e: key.e };
    case "EC":
      return { kind: "EC", curve: key.curve, point: publicPoint(key.curve, key.scalar) };
    case "Ed25519":
      return { kind: key.kind, bytes: ed25519Public(key.seed) };
    case "other":
      return null;
    default:
      return { kind: key.kind, bytes: mlDsaPublic(key.kind, key.seed) };
  }
}

/** Whether two public keys are the same (`EVP_PKEY_eq`). */
export function samePublicKey(a: PublicKey, b: PublicKey): boolean {
  if (a.kind === "RSA") return b.kind === "RSA" && a.n === b.n && a.e === b.e;
  if (a.kind === "EC") {
    return b.kind === "EC" && a.curve === b.curve && a.point.x === b.point.x && a.point.y === b.point.y;
  }
  return "bytes" in b && a.kind === b.kind && sameBytes(a.bytes, b.bytes);
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
