import { join } from "./_der.ts";

/** A source of numbers that gives the same ones for the same seed. */
export interface Random {
  /** A whole number from 0 up to, not including, `below`. */
  (below: number): number;
}

/** xorshift128, seeded through a multiplicative hash. */
export function randomFrom(seed: number): Random {
  const state = new Uint32Array(4).map((_, at) =>
    Math.imul(seed + at * 0x9e3779b9 | 1, 0x85ebca6b) ^ (seed >>> at)
  );
  return (below) => {
    let t = state[3];
    t ^= t << 11;
    t ^= t >>> 8;
    state.copyWithin(1, 0, 3);
    state[0] = t ^ state[0] ^ (state[0] >>> 19);
    return state[0] % below;
  };
}

/** One of a list. */
export const pick = <T>(random: Random, all: readonly T[]): T => all[random(all.length)];

/** A way to change bytes; adds to `done` what it did, in words. */
export type Way = (
  bytes: Uint8Array,
  random: Random,
  spare: readonly Uint8Array[],
  done: string[],
) => Uint8Array;

/** Bytes with some taken out and others put in. */
export const splice = (
  bytes: Uint8Array,
  at: number,
  remove: number,
  insert: Uint8Array = new Uint8Array(),
) => join(bytes.subarray(0, at), insert, bytes.subarray(at + remove));

/** Bytes with one bit turned. */
export function flip(bytes: Uint8Array, at: number, bit: number): Uint8Array {
  const copy = bytes.slice();
  if (at < copy.byteLength) copy[at] ^= 1 << bit;
  return copy;
}

/** Changes bytes without regard to what they mean. */
export const mutateBytes: Way = (bytes, random, _spare, done) => {
  const at = random(bytes.byteLength || 1);
  const value = pick(random, [
    0,
    1,
    2,
    3,
    4,
    5,
    6,
    0x7f,
    0x80,
    0x81,
    0x30,
    0x31,
    0xff,
    0x0c,
    0x17,
    0x18,
    0xa0,
    0xa3,
    random(256),
  ]);
  const size = 1 + random(8);
  const [what, changed] = pick<readonly [string, () => Uint8Array]>(random, [
    [`bit of byte ${at} turned`, () => flip(bytes, at, random(8))],
    [`byte ${at} made ${value}`, () => splice(bytes, at, 1, Uint8Array.of(value))],
    [`byte ${value} put at ${at}`, () => splice(bytes, at, 0, Uint8Array.of(value))],
    [`${size} bytes removed at ${at}`, () => splice(bytes, at, size)],
    [`cut at ${at}`, () => bytes.slice(0, at)],
    [`byte ${value} put at the end`, () => join(bytes, Uint8Array.of(value))],
  ]);
  done.push(what);
  return changed();
};
