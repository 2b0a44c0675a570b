import { createHash, createPrivateKey, createPublicKey } from "node:crypto";
import mlDsaKeys from "./ml_dsa.json" with { type: "json" };
import primes from "./primes.json" with { type: "json" };
import {
  type Curve,
  type CurveName,
  CURVES,
  inverse,
  mod,
  type Point,
  timesBase,
  uncompressed,
} from "./_curves.ts";
import { bits, ctx, ctxRaw, fixed, hex, int, nil, octets, oid, type Raw, seq } from "./_der.ts";

/** A key pair as the two structures that carry it. Every key is the same in every run and belongs to nobody. */
export interface TestKey {
  /** SubjectPublicKeyInfo. */
  readonly spki: Uint8Array;
  /** PrivateKeyInfo (PKCS#8). */
  readonly pkcs8: Uint8Array;
}

export const OID = {
  rsa: "1.2.840.113549.1.1.1",
  rsaPss: "1.2.840.113549.1.1.10",
  ec: "1.2.840.10045.2.1",
  ed25519: "1.3.101.112",
} as const;

/** PrivateKeyInfo around any algorithm and key. */
export function pkcs8(algorithm: Uint8Array, key: Raw, ...after: readonly Uint8Array[]): Uint8Array {
  return seq(int(0), algorithm, octets(key), ...after);
}

/** SubjectPublicKeyInfo around any algorithm and key. */
export function spki(algorithm: Uint8Array, key: Raw): Uint8Array {
  return seq(algorithm, bits(key));
}

const made = new Map<string, unknown>();

/** Makes a thing once per run. */
export function once<T>(name: string, make: () => T): T {
  if (!made.has(name)) made.set(name, make());
  return made.get(name) as T;
}

// ---- RSA ----

export interface RsaNumbers {
  readonly n: bigint;
  readonly e: bigint;
  readonly d: bigint;
  readonly p: bigint;
  readonly q: bigint;
  /** Further primes of a multi-prime key. */
  readonly more: readonly bigint[];
}

/** Names in primes.json: the bits of the primes, so that a modulus has twice as many. */
export type PrimeName = keyof typeof primes;

/** The numbers of an RSA key from stored primes. */
export function rsa(name: PrimeName, e = 65537n): RsaNumbers {
  return once(`rsa ${name} ${e}`, () => {
    const [p, q, ...more] = primes[name].map((digits) => BigInt("0x" + digits)).sort((a, b) =>
      a < b ? 1 : -1
    );
    const all = [p, q, ...more];
    const n = all.reduce((product, prime) => product * prime, 1n);
    const phi = all.reduce((product, prime) => product * (prime - 1n), 1n);
    // An even exponent has no inverse; Envoy has to find that out, not we.
    return { n, e, d: e % 2n === 1n ? inverse(e, phi) : 3n, p, q, more };
  });
}

/** An RSA key of any size from odd numbers that are hardly prime, which nobody checks. */
export function hugeRsa(bitsOfModulus: number): RsaNumbers {
  const half = BigInt(bitsOfModulus / 2);
  const [p, q] = ["p", "q"].map((what) => {
    const digits = noise(`${what} ${bitsOfModulus}`, Number(half >> 3n)).toHex();
    return BigInt("0x" + digits) | (3n << (half - 2n)) | 1n;
  }).sort((a, b) => a < b ? 1 : -1);
  return { n: p * q, e: 65537n, d: inverse(65537n, (p - 1n) * (q - 1n)), p, q, more: [] };
}

/** RSAPrivateKey (PKCS#1); version 1 where there are more than two primes. */
export function pkcs1(key: RsaNumbers, version: number | bigint = key.more.length > 0 ? 1 : 0): Uint8Array {
  const { n, e, d, p, q, more } = key;
  const others = more.map((prime, at) => {
    const before = [p, q, ...more.slice(0, at)].reduce((product, each) => product * each, 1n);
    return seq(int(prime), int(mod(d, prime - 1n)), int(inverse(before, prime)));
  });
  const numbers = [n, e, d, p, q, mod(d, p - 1n), mod(d, q - 1n), inverse(q, p)];
  return seq(int(version), ...numbers.map(int), ...(others.length > 0 ? [seq(...others)] : []));
}

export const rsaAlgorithm = (): Uint8Array => seq(oid(OID.rsa), nil());

export function rsaSpki({ n, e }: { n: bigint; e: bigint }, algorithm = rsaAlgorithm()): Uint8Array {
  return spki(algorithm, seq(int(n), int(e)));
}

/** An RSA key in its usual structures. */
export function rsaKey(numbers: RsaNumbers, algorithm = rsaAlgorithm()): TestKey {
  return { spki: rsaSpki(numbers, algorithm), pkcs8: pkcs8(algorithm, pkcs1(numbers)) };
}

// ---- elliptic curves ----

export interface EcNumbers {
  readonly curve: Curve;
  readonly d: bigint;
  readonly point: Point;
}

/** A key on a curve, from the hash of a name. */
export function ec(curveName: CurveName, name = "leaf"): EcNumbers {
  return once(`ec ${curveName} ${name}`, () => {
    const curve: Curve = CURVES[curveName];
    const digest = createHash("sha512").update(`${curveName} ${name}`).digest("hex");
    const d = BigInt("0x" + digest) % (curve.n - 1n) + 1n;
    return { curve, d, point: timesBase(curve, d) };
  });
}

export const ecAlgorithm = (curve: Curve, parameters = oid(curve.oid)): Uint8Array =>
  seq(oid(OID.ec), parameters);

export function ecSpki(
  { curve, point }: EcNumbers,
  bytes = uncompressed(curve, point),
  algorithm = ecAlgorithm(curve),
): Uint8Array {
  return spki(algorithm, bytes);
}

/** What an ECPrivateKey (SEC 1) holds. */
export interface Sec1Options {
  readonly parameters?: Uint8Array | null;
  readonly publicKey?: Uint8Array | null;
  readonly version?: number;
  readonly scalar?: Uint8Array;
}

/** ECPrivateKey; named parameters and the public key are in it unless `null`. */
export function sec1({ curve, d, point }: EcNumbers, options: Sec1Options = {}): Uint8Array {
  const parameters = options.parameters === undefined ? oid(curve.oid) : options.parameters;
  const publicKey = options.publicKey === undefined ? uncompressed(curve, point) : options.publicKey;
  return seq(
    int(options.version ?? 1),
    octets(options.scalar ?? fixed(d, curve.size)),
    ...(parameters ? [ctx(0, parameters)] : []),
    ...(publicKey ? [ctx(1, bits(publicKey))] : []),
  );
}

/** A key on a curve in its usual structures. */
export function ecKey(numbers: EcNumbers): TestKey {
  return {
    spki: ecSpki(numbers),
    pkcs8: pkcs8(ecAlgorithm(numbers.curve), sec1(numbers, { parameters: null })),
  };
}

/** The P-256 key that a vector has if its key is not what it is about. */
export const p256 = (name = "leaf"): TestKey => once(`p256 ${name}`, () => ecKey(ec("p-256", name)));

// ---- others ----

/** Ed25519 from the hash of a name; `version` 1 would be OneAsymmetricKey. */
export function ed25519(
  name = "leaf",
): TestKey & { readonly seed: Uint8Array; readonly publicKey: Uint8Array } {
  return once(`ed25519 ${name}`, () => {
    const seed = noise(`ed25519 ${name}`, 32);
    const algorithm = seq(oid(OID.ed25519));
    const key = pkcs8(algorithm, octets(seed));
    const privateKey = createPrivateKey({ key: key as Buffer, format: "der", type: "pkcs8" });
    const info = createPublicKey(privateKey as unknown as string).export({ format: "der", type: "spki" });
    return { spki: new Uint8Array(info), pkcs8: key, seed, publicKey: new Uint8Array(info).slice(-32) };
  });
}

/** A key of a kind that no arithmetic is done for: any bytes under an algorithm. */
export function opaqueKey(dotted: string, publicBytes: number, privateBytes: number): TestKey {
  const algorithm = seq(oid(dotted));
  return {
    spki: spki(algorithm, noise(`public ${dotted}`, publicBytes)),
    pkcs8: pkcs8(algorithm, octets(noise(`private ${dotted}`, privateBytes))),
  };
}

/** A stored ML-DSA key (FIPS 204) with its private key as the seed it is made from, or in another form of RFC 9881. */
export function mlDsa(name: keyof typeof mlDsaKeys, form: "seed" | "both" | "expanded" = "seed"): TestKey {
  const { seed, public: publicKey } = mlDsaKeys[name];
  const [dotted, size] = {
    "44": [`${ML_DSA}.17`, 2560],
    "65": [`${ML_DSA}.18`, 4032],
    "87": [`${ML_DSA}.19`, 4896],
  }[
    name
  ] as [string, number];
  const algorithm = seq(oid(dotted));
  const expanded = octets(noise(`expanded ${name}`, size));
  const key = { seed: ctxRaw(0, hex(seed)), both: seq(octets(hex(seed)), expanded), expanded }[form];
  return { spki: spki(algorithm, Uint8Array.fromBase64(publicKey)), pkcs8: pkcs8(algorithm, key) };
}

const ML_DSA = "2.16.840.1.101.3.4.3";

/** Bytes that look random and are the same in every run. */
export function noise(name: string, size: number): Uint8Array {
  const out = new Uint8Array(size);
  for (let at = 0; at < size; at += 64) {
    const block = createHash("sha512").update(`${name} ${at}`).digest();
    out.set(block.subarray(0, Math.min(64, size - at)), at);
  }
  return out;
}
