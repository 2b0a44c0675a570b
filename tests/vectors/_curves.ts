import { bits, fixed, int, join, octets, oid, seq } from "./_der.ts";

/** A short Weierstrass curve, enough of it to make keys on it and to write its parameters out. */
export interface Curve {
  readonly oid: string;
  readonly p: bigint;
  readonly a: bigint;
  readonly b: bigint;
  readonly g: Point;
  readonly n: bigint;
  /** Bytes of a coordinate. */
  readonly size: number;
}

export type Point = readonly [x: bigint, y: bigint];

function curve(
  id: string,
  size: number,
  ...digits: readonly [string, string, string, string, string, string]
): Curve {
  const [p, a, b, x, y, n] = digits.map((text) => BigInt("0x" + text));
  return { oid: id, size, p, a, b, g: [x, y], n };
}

/** SEC 2 and RFC 5639 domain parameters. */
export const CURVES = {
  "p-224": curve(
    "1.3.132.0.33",
    28,
    "ffffffffffffffffffffffffffffffff000000000000000000000001",
    "fffffffffffffffffffffffffffffffefffffffffffffffffffffffe",
    "b4050a850c04b3abf54132565044b0b7d7bfd8ba270b39432355ffb4",
    "b70e0cbd6bb4bf7f321390b94a03c1d356c21122343280d6115c1d21",
    "bd376388b5f723fb4c22dfe6cd4375a05a07476444d5819985007e34",
    "ffffffffffffffffffffffffffff16a2e0b8f03e13dd29455c5c2a3d",
  ),
  "p-256": curve(
    "1.2.840.10045.3.1.7",
    32,
    "ffffffff00000001000000000000000000000000ffffffffffffffffffffffff",
    "ffffffff00000001000000000000000000000000fffffffffffffffffffffffc",
    "5ac635d8aa3a93e7b3ebbd55769886bc651d06b0cc53b0f63bce3c3e27d2604b",
    "6b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296",
    "4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5",
    "ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551",
  ),
  "p-384": curve(
    "1.3.132.0.34",
    48,
    "fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffeffffffff0000000000000000ffffffff",
    "fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffeffffffff0000000000000000fffffffc",
    "b3312fa7e23ee7e4988e056be3f82d19181d9c6efe8141120314088f5013875ac656398d8a2ed19d2a85c8edd3ec2aef",
    "aa87ca22be8b05378eb1c71ef320ad746e1d3b628ba79b9859f741e082542a385502f25dbf55296c3a545e3872760ab7",
    "3617de4a96262c6f5d9e98bf9292dc29f8f41dbd289a147ce9da3113b5f0b8c00a60b1ce1d7e819d7a431d7c90ea0e5f",
    "ffffffffffffffffffffffffffffffffffffffffffffffffc7634d81f4372ddf581a0db248b0a77aecec196accc52973",
  ),
  "p-521": curve(
    "1.3.132.0.35",
    66,
    "01ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
    "01fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffc",
    "0051953eb9618e1c9a1f929a21a0b68540eea2da725b99b315f3b8b489918ef109e156193951ec7e937b1652c0bd3bb1bf073573df883d2c34f1ef451fd46b503f00",
    "00c6858e06b70404e9cd9e3ecb662395b4429c648139053fb521f828af606b4d3dbaa14b5e77efe75928fe1dc127a2ffa8de3348b3c1856a429bf97e7e31c2e5bd66",
    "011839296a789a3bc0045c8a5fb42c7d1bd998f54449579b446817afbd17273e662c97ee72995ef42640c550b9013fad0761353c7086a272c24088be94769fd16650",
    "01fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffa51868783bf2f966b7fcc0148f709a5d03bb5c9b8899c47aebb6fb71e91386409",
  ),
  "secp256k1": curve(
    "1.3.132.0.10",
    32,
    "fffffffffffffffffffffffffffffffffffffffffffffffffffffffefffffc2f",
    "0",
    "7",
    "79be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798",
    "483ada7726a3c4655da4fbfc0e1108a8fd17b448a68554199c47d08ffb10d4b8",
    "fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141",
  ),
  "brainpool-p256r1": curve(
    "1.3.36.3.3.2.8.1.1.7",
    32,
    "a9fb57dba1eea9bc3e660a909d838d726e3bf623d52620282013481d1f6e5377",
    "7d5a0975fc2c3057eef67530417affe7fb8055c126dc5c6ce94a4b44f330b5d9",
    "26dc5c6ce94a4b44f330b5d9bbd77cbf958416295cf7e1ce6bccdc18ff8c07b6",
    "8bd2aeb9cb7e57cb2c4b482ffc81b7afb9de27e1e3bd23c23a4453bd9ace3262",
    "547ef835c3dac4fd97f8461a14611dc9c27745132ded8e545c1d54c72f046997",
    "a9fb57dba1eea9bc3e660a909d838d718c397aa3b561a6f7901e0e82974856a7",
  ),
} as const satisfies Record<string, Curve>;

export type CurveName = keyof typeof CURVES;

/** The number modulo m, never negative. */
export const mod = (value: bigint, m: bigint): bigint => ((value % m) + m) % m;

/** The inverse modulo m; m and value have no common factor. */
export function inverse(value: bigint, m: bigint): bigint {
  let [a, b, x, y] = [mod(value, m), m, 1n, 0n];
  while (a > 1n) {
    const q = a / b;
    [a, b] = [b, a % b];
    [x, y] = [y, x - q * y];
  }
  return mod(x, m);
}

function add(on: Curve, left: Point | null, right: Point | null): Point | null {
  if (!left || !right) return left ?? right;
  if (left[0] === right[0] && mod(left[1] + right[1], on.p) === 0n) return null;
  const slope = left[0] === right[0]
    ? (3n * left[0] * left[0] + on.a) * inverse(2n * left[1], on.p)
    : (right[1] - left[1]) * inverse(right[0] - left[0], on.p);
  const x = mod(slope * slope - left[0] - right[0], on.p);
  return [x, mod(slope * (left[0] - x) - left[1], on.p)];
}

/** The base point times a number. */
export function timesBase(on: Curve, factor: bigint): Point {
  let sum: Point | null = null;
  let power: Point | null = on.g;
  for (let rest = factor; rest > 0n; rest >>= 1n) {
    if (rest & 1n) sum = add(on, sum, power);
    power = add(on, power, power);
  }
  return sum!;
}

/** A point as 04 X Y. */
export function uncompressed(on: Curve, [x, y]: Point): Uint8Array {
  return join(Uint8Array.of(4), fixed(x, on.size), fixed(y, on.size));
}

/** A point as 02/03 X. */
export function compressed(on: Curve, [x, y]: Point): Uint8Array {
  return join(Uint8Array.of(y & 1n ? 3 : 2), fixed(x, on.size));
}

/** A point as 06/07 X Y, the hybrid form of X9.62. */
export function hybrid(on: Curve, [x, y]: Point): Uint8Array {
  return join(Uint8Array.of(y & 1n ? 7 : 6), fixed(x, on.size), fixed(y, on.size));
}

/** SpecifiedECDomain: the curve written out instead of named. */
export function explicitParameters(on: Curve, seed?: Uint8Array): Uint8Array {
  return seq(
    int(1),
    seq(oid("1.2.840.10045.1.1"), int(on.p)),
    seq(octets(fixed(on.a, on.size)), octets(fixed(on.b, on.size)), ...(seed ? [bits(seed)] : [])),
    octets(uncompressed(on, on.g)),
    int(on.n),
    int(1),
  );
}
