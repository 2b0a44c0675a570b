import { createHash } from "node:crypto";

/** A parameter set of FIPS 204, table 1. */
interface Parameters {
  readonly k: number;
  readonly l: number;
  readonly eta: 2 | 4;
}

const PARAMETERS: Readonly<Record<string, Parameters>> = {
  "ML-DSA-44": { k: 4, l: 4, eta: 2 },
  "ML-DSA-65": { k: 6, l: 5, eta: 4 },
  "ML-DSA-87": { k: 8, l: 7, eta: 2 },
};

/** Names of the parameter sets. */
export type MlDsaName = "ML-DSA-44" | "ML-DSA-65" | "ML-DSA-87";

/** Whether a kind of key is one of ML-DSA. */
export const isMlDsa = (kind: string | undefined): kind is MlDsaName =>
  kind !== undefined && Object.hasOwn(PARAMETERS, kind);

/** Bytes of a public key: 32 of the seed of the matrix, and 10 bits for each of 256 coefficients of k polynomials. */
export const mlDsaPublicLength = (name: MlDsaName): number => 32 + 320 * PARAMETERS[name].k;

type Polynomial = Int32Array;

const Q = 8380417;

/** Powers of the root of unity 1753, at the indices whose eight bits are reversed (FIPS 204, appendix B). */
const ZETAS = Array.from({ length: 256 }, (_, index) => {
  const exponent = parseInt(index.toString(2).padStart(8, "0").split("").reverse().join(""), 2);
  let power = 1;
  for (let i = 0; i < exponent; i++) power = power * 1753 % Q;
  return power;
});

/** Bytes of SHAKE over the parts. */
function shake(kind: "shake128" | "shake256", length: number, ...parts: readonly Uint8Array[]): Uint8Array {
  const hash = createHash(kind, { outputLength: length });
  for (const part of parts) hash.update(part);
  return hash.digest();
}

/** Fills a polynomial from a stream by `take`, which reads at an offset and calls `put`; doubles the stream if short. */
function sample(
  stream: (length: number) => Uint8Array,
  step: number,
  take: (bytes: Uint8Array, at: number, put: (value: number) => void) => void,
): Polynomial {
  for (let length = 1024;; length *= 2) {
    const bytes = stream(length);
    const out = new Int32Array(256);
    let count = 0;
    const put = (value: number): void => {
      if (count < 256) out[count++] = value;
    };
    for (let at = 0; at + step <= length && count < 256; at += step) take(bytes, at, put);
    if (count === 256) return out;
  }
}

/** RejNTTPoly (algorithm 30). */
function uniform(rho: Uint8Array, row: number, column: number): Polynomial {
  const index = new Uint8Array([column, row]);
  return sample((length) => shake("shake128", length, rho, index), 3, (bytes, at, put) => {
    const value = bytes[at] | (bytes[at + 1] << 8) | ((bytes[at + 2] & 0x7f) << 16);
    if (value < Q) put(value);
  });
}

/** RejBoundedPoly (algorithm 31), with coefficients from 0 to Q - 1. */
function bounded(seed: Uint8Array, index: number, eta: 2 | 4): Polynomial {
  const suffix = new Uint8Array([index & 0xff, index >> 8]);
  return sample((length) => shake("shake256", length, seed, suffix), 1, (bytes, at, put) => {
    for (const half of [bytes[at] & 15, bytes[at] >> 4]) {
      if (eta === 2 && half < 15) put((2 - half % 5 + Q) % Q);
      else if (eta === 4 && half < 9) put((4 - half + Q) % Q);
    }
  });
}

/** NTT (algorithm 41), in place. */
function transform(w: Polynomial): Polynomial {
  let m = 0;
  for (let length = 128; length >= 1; length >>= 1) {
    for (let start = 0; start < 256; start += 2 * length) {
      const zeta = ZETAS[++m];
      for (let j = start; j < start + length; j++) {
        const t = zeta * w[j + length] % Q;
        w[j + length] = (w[j] - t + Q) % Q;
        w[j] = (w[j] + t) % Q;
      }
    }
  }
  return w;
}

/** Inverse NTT (algorithm 42), in place. */
function transformBack(w: Polynomial): Polynomial {
  let m = 256;
  for (let length = 1; length < 256; length <<= 1) {
    for (let start = 0; start < 256; start += 2 * length) {
      const zeta = Q - ZETAS[--m];
      for (let j = start; j < start + length; j++) {
        const t = w[j];
        w[j] = (t + w[j + length]) % Q;
        w[j + length] = zeta * ((t - w[j + length] + Q) % Q) % Q;
      }
    }
  }
  // 256 to the power of -1.
  for (let j = 0; j < 256; j++) w[j] = w[j] * 8347681 % Q;
  return w;
}

/** The public key that belongs to a seed of 32 bytes (FIPS 204, algorithm 6). */
export function mlDsaPublic(name: MlDsaName, seed: Uint8Array): Uint8Array {
  const { k, l, eta } = PARAMETERS[name];
  const expanded = shake("shake256", 128, seed, new Uint8Array([k, l]));
  const rho = expanded.subarray(0, 32), secret = expanded.subarray(32, 96);
  const s1 = Array.from({ length: l }, (_, i) => transform(bounded(secret, i, eta)));
  const out = new Uint8Array(mlDsaPublicLength(name));
  out.set(rho);
  for (let row = 0; row < k; row++) {
    const t = new Int32Array(256);
    for (let column = 0; column < l; column++) {
      const a = uniform(rho, row, column);
      for (let j = 0; j < 256; j++) t[j] = (t[j] + a[j] * s1[column][j]) % Q;
    }
    transformBack(t);
    const s2 = bounded(secret, l + row, eta);
    for (let j = 0; j < 256; j++) {
      // Power2Round (algorithm 35): the bits above 13, rounded to the nearest with halves downwards.
      const high = ((t[j] + s2[j]) % Q + 4095) >> 13;
      const bit = 10 * j, at = 32 + 320 * row + (bit >> 3), shifted = high << (bit & 7);
      out[at] |= shifted & 0xff;
      out[at + 1] |= shifted >> 8 & 0xff;
      if (shifted >> 16 !== 0) out[at + 2] |= shifted >> 16;
    }
  }
  return out;
}
