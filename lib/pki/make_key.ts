import { createPrivateKey } from "node:crypto";
import { KeyMaterial } from "../model/mod.ts";
import { toPem } from "./to_pem.ts";

/** What a private key is to be like, in the words of cert-manager. */
export interface WantedKey {
  /** Default `RSA`. */
  readonly algorithm?: "RSA" | "ECDSA" | "Ed25519";
  /** Bits: 2048 to 8192 for RSA (default 2048), 256, 384 or 521 for ECDSA (default 256), of no meaning for Ed25519. */
  readonly size?: number;
  /** `PKCS1` is the algorithm's own old form: PKCS #1 for RSA, SEC 1 for ECDSA. Ed25519 has none. Default `PKCS1`. */
  readonly encoding?: "PKCS1" | "PKCS8";
}

const CURVES: Readonly<Record<number, string>> = { 256: "P-256", 384: "P-384", 521: "P-521" };
const [LEAST_RSA, MOST_RSA] = [2048, 8192];

/**
 * Makes a private key, as cert-manager 1.21 makes it for `spec.privateKey`.
 *
 * It is made in another thread. An RSA key is a search: the time varies, and grows fast with the size. On a core of 2025 it
 * takes about half a second for 2048 bits, and half a minute for 8192; one of the others takes a millisecond.
 *
 * @returns The key as PEM.
 * @throws {TypeError} If there are no keys of this algorithm and size.
 */
export async function makeKey(wanted: WantedKey = {}): Promise<KeyMaterial> {
  const { algorithm = "RSA", encoding = "PKCS1" } = wanted;
  const parameters = parametersOf(algorithm, wanted.size);
  const made = await crypto.subtle.generateKey(parameters, true, ["sign", "verify"]) as CryptoKeyPair;
  const pkcs8 = new Uint8Array(await crypto.subtle.exportKey("pkcs8", made.privateKey));
  if (encoding === "PKCS8" || algorithm === "Ed25519") return new KeyMaterial(toPem("PRIVATE KEY", pkcs8));
  const key = createPrivateKey({ key: pkcs8 as never, format: "der", type: "pkcs8" });
  const old = algorithm === "RSA"
    ? { type: "pkcs1", label: "RSA PRIVATE KEY" } as const
    : { type: "sec1", label: "EC PRIVATE KEY" } as const;
  const der: Uint8Array = key.export({ format: "der", type: old.type });
  return new KeyMaterial(toPem(old.label, new Uint8Array(der)));
}

function parametersOf(
  algorithm: NonNullable<WantedKey["algorithm"]>,
  size: number | undefined,
): RsaHashedKeyGenParams | EcKeyGenParams | { name: "Ed25519" } {
  if (algorithm === "Ed25519") return { name: "Ed25519" };
  if (algorithm === "ECDSA") {
    const namedCurve = CURVES[size || 256];
    if (namedCurve === undefined) {
      throw new TypeError(`Cannot make a key: there is no ECDSA with ${size} bits`);
    }
    return { name: "ECDSA", namedCurve };
  }
  const modulusLength = size || LEAST_RSA;
  if (!Number.isInteger(modulusLength) || modulusLength < LEAST_RSA || modulusLength > MOST_RSA) {
    throw new TypeError(`Cannot make a key: RSA with ${size} bits is not made`);
  }
  // What is signed with it says the hash; here it only has to be one.
  return {
    name: "RSASSA-PKCS1-v1_5",
    hash: "SHA-256",
    publicExponent: new Uint8Array([1, 0, 1]),
    modulusLength,
  };
}
