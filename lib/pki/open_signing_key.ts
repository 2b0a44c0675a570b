import { createPrivateKey, createPublicKey } from "node:crypto";
import type { KeyMaterial } from "../model/mod.ts";
import { readPrivateKey } from "./_private_key.ts";
import { bitLength } from "./_public_key.ts";

/** A key that can sign. */
export interface SigningKey {
  readonly privateKey: CryptoKey;
  readonly publicKey: CryptoKey;
  /** How it signs: the hash grows with the key, as cert-manager has it. */
  readonly algorithm: SigningAlgorithm;
}

type SigningAlgorithm =
  | { readonly name: "RSASSA-PKCS1-v1_5"; readonly hash: string }
  | { readonly name: "ECDSA"; readonly namedCurve: string; readonly hash: string }
  | { readonly name: "Ed25519" };

const HASHES: Readonly<Record<string, string>> = {
  "P-256": "SHA-256",
  "P-384": "SHA-384",
  "P-521": "SHA-512",
};

/**
 * Opens a private key for signing.
 *
 * @returns The key, or in plain words why nothing can be signed with it.
 */
export async function openSigningKey(key: KeyMaterial): Promise<SigningKey | string> {
  const read = readPrivateKey(key.open());
  if ("cause" in read) return read.detail;
  const algorithm = algorithmOf(read);
  if (typeof algorithm === "string") return algorithm;
  try {
    const opened = createPrivateKey(new TextDecoder().decode(key.open()));
    const pkcs8: Uint8Array = opened.export({ format: "der", type: "pkcs8" });
    const spki: Uint8Array = createPublicKey(opened as never).export({ format: "der", type: "spki" });
    return {
      privateKey: await crypto.subtle.importKey("pkcs8", new Uint8Array(pkcs8), algorithm, false, ["sign"]),
      publicKey: await crypto.subtle.importKey("spki", new Uint8Array(spki), algorithm, true, ["verify"]),
      algorithm,
    };
  } catch {
    // What the library says could quote what it read.
    return "the key is of a form that cannot be used for signing";
  }
}

function algorithmOf(
  key: Exclude<ReturnType<typeof readPrivateKey>, { readonly cause: unknown }>,
): SigningAlgorithm | string {
  if (key.kind === "Ed25519") return { name: "Ed25519" };
  if (key.kind === "EC") {
    const hash = HASHES[key.curve.name];
    if (hash === undefined) return `the curve ${key.curve.name} is not supported`;
    return { name: "ECDSA", namedCurve: key.curve.name, hash };
  }
  if (key.kind !== "RSA") return "the key is of a kind that is not supported";
  const bits = bitLength(key.n);
  if (bits < 2048) return `an RSA key needs at least 2048 bits, and this one has ${bits}`;
  return { name: "RSASSA-PKCS1-v1_5", hash: bits >= 4096 ? "SHA-512" : bits >= 3072 ? "SHA-384" : "SHA-256" };
}
