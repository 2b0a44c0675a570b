import {
  BIT_STRING,
  type Der,
  INTEGER,
  isInteger,
  OBJECT,
  OCTET_STRING,
  sameBytes,
  SEQUENCE,
  takeSmallInteger,
} from "./_der.ts";
import { type Curve, toBigInt } from "./_curves.ts";

/** 1.2.840.10045.1.1 */
const PRIME_FIELD = new Uint8Array([0x2a, 0x86, 0x48, 0xce, 0x3d, 0x01, 0x01]);

/**
 * Reads the parameters of an EC private key as BoringSSL's `ec_key_parse_parameters`: the name of a curve, or all of its
 * numbers spelled out (which only a private key may do).
 *
 * @returns `unknown` for a curve that is not among the allowed ones, `null` for damaged bytes.
 */
export function takeEcParameters(der: Der, allowed: readonly Curve[]): Curve | "unknown" | null {
  if (!der.peek(SEQUENCE)) {
    if (!der.take(OBJECT)) return null;
    const oid = der.contents();
    return allowed.find((curve) => sameBytes(curve.oid, oid)) ?? "unknown";
  }
  if (!der.take(SEQUENCE)) return null;
  const numbers = readNumbers(der.inside());
  if (numbers === null || numbers === "unknown") return numbers;
  const curve = allowed.find((known) => known.n === numbers.n);
  const same = curve !== undefined && numbers.p === curve.p && numbers.a === curve.p - 3n &&
    numbers.b === curve.b &&
    numbers.gx === curve.gx && numbers.gy === curve.gy;
  return same ? curve : "unknown";
}

function readNumbers(
  fields: Der,
): { p: bigint; a: bigint; b: bigint; gx: bigint; gy: bigint; n: bigint } | "unknown" | null {
  if (takeSmallInteger(fields) !== 1 || !fields.take(SEQUENCE)) return null;
  const field = fields.inside();
  if (!field.take(OBJECT) || !sameBytes(field.contents(), PRIME_FIELD)) return null;
  const p = takeNumber(field);
  if (p === null || !field.done || !fields.take(SEQUENCE)) return null;
  const coefficients = fields.inside();
  if (!coefficients.take(OCTET_STRING)) return null;
  const a = toBigInt(coefficients.contents());
  if (!coefficients.take(OCTET_STRING)) return null;
  const b = toBigInt(coefficients.contents());
  if (coefficients.peek(BIT_STRING) && !coefficients.take(BIT_STRING)) return null;
  if (!coefficients.done || !fields.take(OCTET_STRING)) return null;
  const base = fields.contents();
  const n = takeNumber(fields);
  if (n === null) return null;
  if (fields.peek(INTEGER)) {
    if (!fields.take(INTEGER)) return null;
    if (fields.to - fields.from !== 1 || fields.bytes[fields.from] !== 1) {
      return fields.done ? "unknown" : null;
    }
  }
  if (!fields.done || base[0] !== 4 || base.length % 2 !== 1) return null;
  const half = (base.length + 1) / 2;
  return { p, a, b, n, gx: toBigInt(base.subarray(1, half)), gy: toBigInt(base.subarray(half)) };
}

/** Numbers longer than this are no curve's; it keeps the arithmetic short. */
const LONGEST = 1024;

function takeNumber(der: Der): bigint | null {
  if (!der.take(INTEGER) || !isInteger(der.bytes, der.from, der.to) || der.bytes[der.from] >= 0x80) {
    return null;
  }
  return der.to - der.from > LONGEST ? 0n : toBigInt(der.contents());
}
