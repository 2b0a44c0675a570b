import { createHash } from "node:crypto";
import { publicPoint } from "./_base_point.ts";
import { type Curve, isOnCurve, KNOWN_CURVES, type Point, toBigInt } from "./_curves.ts";

/* What placeholders are made of: all of it constant, so that they need no state and are the same on every host. */

const ENCODER = new TextEncoder();
const P256: Curve = KNOWN_CURVES.find(({ name }) => name === "P-256")!;

/** @returns one DER element. @param tag Its first byte. */
export function element(tag: number, ...contents: readonly Uint8Array[]): Uint8Array {
  const length = contents.reduce((sum, part) => sum + part.length, 0);
  const header = [tag, ...lengthBytes(length)];
  const out = new Uint8Array(header.length + length);
  out.set(header);
  let at = header.length;
  for (const part of contents) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}

function lengthBytes(length: number): number[] {
  if (length < 0x80) return [length];
  const bytes: number[] = [];
  for (let rest = length; rest > 0; rest = Math.floor(rest / 256)) bytes.unshift(rest % 256);
  return [0x80 + bytes.length, ...bytes];
}

/** Bytes as they are. */
export const raw = (...bytes: readonly number[]): Uint8Array => Uint8Array.from(bytes);
/** Text as bytes. */
export const text = (value: string): Uint8Array => ENCODER.encode(value);

const sequence = (...parts: readonly Uint8Array[]) => element(0x30, ...parts);
const bitString = (...parts: readonly Uint8Array[]) => element(0x03, raw(0), ...parts);
const boolean = element(0x01, raw(0xff));

/** ecPublicKey on P-256 (RFC 5480). */
const KEY_ALGORITHM = sequence(
  element(0x06, raw(0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01)),
  element(0x06, P256.oid),
);
/** ecdsa-with-SHA256 (RFC 5758). */
const SIGNATURE_ALGORITHM = sequence(element(0x06, raw(0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x02)));
/** Both numbers are 1: the right form of a signature, and one that nobody can verify. */
const SIGNATURE = bitString(sequence(element(0x02, raw(1)), element(0x02, raw(1))));
/** From the first second of 2020 to that of 2120. */
const VALIDITY = sequence(element(0x17, text("200101000000Z")), element(0x18, text("21200101000000Z")));

/** Contents of a certificate; what is not said here is the same in all. */
export interface PlaceholderParts {
  /** Sixteen bytes, the first below 0x80. */
  readonly serial: Uint8Array;
  /** Subject and issuer. */
  readonly name: Uint8Array;
  readonly publicKey: Point;
  readonly extensions: readonly Uint8Array[];
}

/** @returns a certificate as DER. */
export function certificateOf({ serial, name, publicKey, extensions }: PlaceholderParts): Uint8Array {
  const body = sequence(
    element(0xa0, element(0x02, raw(2))),
    element(0x02, serial),
    SIGNATURE_ALGORITHM,
    name,
    VALIDITY,
    name,
    sequence(KEY_ALGORITHM, bitString(pointBytes(publicKey))),
    element(0xa3, sequence(...extensions)),
  );
  return sequence(body, SIGNATURE_ALGORITHM, SIGNATURE);
}

/** @returns an extension. @param id The last byte of its identifier, 2.5.29.id. */
export function extension(id: number, critical: boolean, value: Uint8Array): Uint8Array {
  return sequence(element(0x06, raw(0x55, 0x1d, id)), ...(critical ? [boolean] : []), element(0x04, value));
}

/** @returns a name of organisation and common name. */
export function nameOf(organisation: string, commonName: string): Uint8Array {
  const attribute = (id: number, value: string) =>
    element(0x31, sequence(element(0x06, raw(0x55, 0x04, id)), element(0x0c, text(value))));
  return sequence(attribute(10, organisation), attribute(3, commonName));
}

/** A key pair that everybody can make from a text. */
export interface KnownKey {
  readonly point: Point;
  /** PKCS #8. */
  readonly der: Uint8Array;
}

/** @returns the key pair of a text: its SHA-256 is the private number. */
export function knownKey(seed: string): KnownKey {
  const scalar = createHash("sha256").update(seed).digest();
  const point = publicPoint(P256, toBigInt(scalar));
  const key = sequence(
    element(0x02, raw(1)),
    element(0x04, scalar),
    element(0xa1, bitString(pointBytes(point))),
  );
  return { point, der: sequence(element(0x02, raw(0)), KEY_ALGORITHM, element(0x04, key)) };
}

/**
 * @returns a public key that nobody has the private key of: the first point of the curve whose x is the SHA-256 of the
 * text and a number, from 0 on.
 */
export function keylessPoint(seed: string): Point {
  const { p, b } = P256;
  for (let count = 0;; count++) {
    const x = toBigInt(createHash("sha256").update(`${seed} ${count}`).digest()) % p;
    // p is 3 modulo 4, so this is a root of the right side where there is one.
    const y = power((x * x * x - 3n * x + b) % p, (p + 1n) / 4n, p);
    if (isOnCurve(P256, { x, y })) return { x, y };
  }
}

function power(base: bigint, exponent: bigint, p: bigint): bigint {
  let result = 1n;
  let square = ((base % p) + p) % p;
  for (let rest = exponent; rest > 0n; rest >>= 1n) {
    if (rest & 1n) result = result * square % p;
    square = square * square % p;
  }
  return result;
}

function pointBytes({ x, y }: Point): Uint8Array {
  const digits = (value: bigint) => value.toString(16).padStart(64, "0");
  return raw(4, ...(digits(x) + digits(y)).match(/../g)!.map((byte) => parseInt(byte, 16)));
}
