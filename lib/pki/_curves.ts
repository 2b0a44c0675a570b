import { hex } from "./_oids.ts";

/** A prime curve with a = -3 and cofactor 1 (FIPS 186-5). */
export interface Curve {
  readonly name: string;
  /** Contents of its object identifier. */
  readonly oid: Uint8Array;
  /** Bytes of a coordinate. */
  readonly size: number;
  readonly p: bigint;
  readonly b: bigint;
  readonly n: bigint;
  readonly gx: bigint;
  readonly gy: bigint;
}

function curve(
  name: string,
  oid: number[],
  size: number,
  numbers: [string, string, string, string, string],
): Curve {
  const [p, b, n, gx, gy] = numbers.map((digits) => BigInt(`0x${digits}`));
  return { name, oid: new Uint8Array(oid), size, p, b, n, gx, gy };
}

const P224 = curve("P-224", [0x2b, 0x81, 0x04, 0x00, 0x21], 28, [
  "ffffffffffffffffffffffffffffffff000000000000000000000001",
  "b4050a850c04b3abf54132565044b0b7d7bfd8ba270b39432355ffb4",
  "ffffffffffffffffffffffffffff16a2e0b8f03e13dd29455c5c2a3d",
  "b70e0cbd6bb4bf7f321390b94a03c1d356c21122343280d6115c1d21",
  "bd376388b5f723fb4c22dfe6cd4375a05a07476444d5819985007e34",
]);
const P256 = curve("P-256", [0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07], 32, [
  "ffffffff00000001000000000000000000000000ffffffffffffffffffffffff",
  "5ac635d8aa3a93e7b3ebbd55769886bc651d06b0cc53b0f63bce3c3e27d2604b",
  "ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551",
  "6b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296",
  "4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5",
]);
const P384 = curve("P-384", [0x2b, 0x81, 0x04, 0x00, 0x22], 48, [
  "fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffeffffffff0000000000000000ffffffff",
  "b3312fa7e23ee7e4988e056be3f82d19181d9c6efe8141120314088f5013875ac656398d8a2ed19d2a85c8edd3ec2aef",
  "ffffffffffffffffffffffffffffffffffffffffffffffffc7634d81f4372ddf581a0db248b0a77aecec196accc52973",
  "aa87ca22be8b05378eb1c71ef320ad746e1d3b628ba79b9859f741e082542a385502f25dbf55296c3a545e3872760ab7",
  "3617de4a96262c6f5d9e98bf9292dc29f8f41dbd289a147ce9da3113b5f0b8c00a60b1ce1d7e819d7a431d7c90ea0e5f",
]);
const P521 = curve("P-521", [0x2b, 0x81, 0x04, 0x00, 0x23], 66, [
  "01ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
  "0051953eb9618e1c9a1f929a21a0b68540eea2da725b99b315f3b8b489918ef109e156193951ec7e937b1652c0bd3bb1bf073573df883d2c34f1ef451fd46b503f00",
  "01fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffa51868783bf2f966b7fcc0148f709a5d03bb5c9b8899c47aebb6fb71e91386409",
  "00c6858e06b70404e9cd9e3ecb662395b4429c648139053fb521f828af606b4d3dbaa14b5e77efe75928fe1dc127a2ffa8de3348b3c1856a429bf97e7e31c2e5bd66",
  "011839296a789a3bc0045c8a5fb42c7d1bd998f54449579b446817afbd17273e662c97ee72995ef42640c550b9013fad0761353c7086a272c24088be94769fd16650",
]);

/** The curves that BoringSSL knows. Envoy takes the last three in a certificate. */
export const KNOWN_CURVES: readonly Curve[] = [P224, P256, P384, P521];

/** The unsigned number that the bytes are, most significant first. */
export function toBigInt(bytes: Uint8Array): bigint {
  return bytes.length === 0 ? 0n : BigInt(`0x${hex(bytes)}`);
}

/** An affine point; never the point at infinity. */
export interface Point {
  readonly x: bigint;
  readonly y: bigint;
}

function power(base: bigint, exponent: bigint, p: bigint): bigint {
  let result = 1n;
  for (const bit of exponent.toString(2)) {
    result = result * result % p;
    if (bit === "1") result = result * base % p;
  }
  return result;
}

/** x³ - 3x + b. */
const rightSide = (c: Curve, x: bigint): bigint => ((x * x - 3n) * x + c.b) % c.p;

/** Whether a point with coordinates below p is on the curve. */
export function isOnCurve(c: Curve, point: Point): boolean {
  return (point.y * point.y - rightSide(c, point.x)) % c.p === 0n;
}

/**
 * Reads an encoded point (SEC 1, 2.3.4) as BoringSSL does: uncompressed or compressed, coordinates below p.
 * That it is on the curve is checked for the compressed form only; see {@linkcode isOnCurve} for the other.
 */
export function readPoint(c: Curve, bytes: Uint8Array): Point | null {
  const x = toBigInt(bytes.subarray(1, 1 + c.size));
  if (bytes.length === 1 + 2 * c.size && bytes[0] === 4) {
    const y = toBigInt(bytes.subarray(1 + c.size));
    return x < c.p && y < c.p ? { x, y } : null;
  }
  if (bytes.length !== 1 + c.size || (bytes[0] & 0xfe) !== 2 || x >= c.p) return null;
  const root = squareRoot(c, (rightSide(c, x) + c.p) % c.p);
  if (root === null) return null;
  return { x, y: (root & 1n) === BigInt(bytes[0] & 1) ? root : c.p - root };
}

/** All three curves that Envoy takes have p = 3 mod 4; the fourth is of no use, so that its points are not unpacked. */
function squareRoot(c: Curve, value: bigint): bigint | null {
  if (c.p % 4n !== 3n) return null;
  const root = power(value, (c.p + 1n) / 4n, c.p);
  return root * root % c.p === value ? root : null;
}
