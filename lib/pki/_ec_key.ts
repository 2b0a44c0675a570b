import {
  BIT_STRING,
  contextConstructed,
  type Der,
  OBJECT,
  OCTET_STRING,
  SEQUENCE,
  takeSmallInteger,
} from "./_der.ts";
import { type Curve, KNOWN_CURVES, type Point, readPoint, toBigInt } from "./_curves.ts";
import { takeEcParameters } from "./_ec_parameters.ts";
import { CURVES, oidText } from "./_oids.ts";
import type { KeyFailure, PrivateKey } from "./_private_key.ts";

/** Reads an ECPrivateKey (RFC 5915). `curve` is the one that the wrapping names, if there is one. */
export function takeEcKey(der: Der, curve: Curve | null): PrivateKey | KeyFailure | null {
  if (!der.take(SEQUENCE)) return null;
  const fields = der.inside();
  if (takeSmallInteger(fields) !== 1 || !fields.take(OCTET_STRING)) return null;
  const scalar = toBigInt(fields.contents());
  if (fields.peek(contextConstructed(0))) {
    if (!fields.take(contextConstructed(0))) return null;
    const wrapper = fields.inside();
    const named = takeEcParameters(wrapper, curve === null ? KNOWN_CURVES : [curve]);
    if (named === "unknown") return otherCurve(wrapper, curve);
    if (named === null || !wrapper.done) return null;
    curve = named;
  }
  if (curve === null) return null;
  if (scalar === 0n || scalar >= curve.n) {
    return { cause: "key_unreadable", detail: `the ${curve.name} key is out of range` };
  }
  let point: Point | null = null;
  if (fields.peek(contextConstructed(1))) {
    point = takeEmbeddedPoint(fields, curve);
    if (point === null) return null;
  }
  if (!fields.done) return null;
  return { kind: "EC", curve, scalar, point };
}

/** A curve that BoringSSL does not know, or a second one: damage, unless it has a name. */
export function otherCurve(parameters: Der, outer: Curve | null): KeyFailure | null {
  if (outer !== null) return { cause: "key_inconsistent", detail: "the key names two curves" };
  const { bytes, from, to, tag } = parameters;
  const known = tag === OBJECT ? CURVES[oidText(bytes, from, to)] : undefined;
  return known === undefined ? null : { cause: "key_mismatch", detail: `${known.name} key` };
}

function takeEmbeddedPoint(fields: Der, curve: Curve): Point | null {
  if (!fields.take(contextConstructed(1))) return null;
  const wrapper = fields.inside();
  if (!wrapper.take(BIT_STRING) || !wrapper.done || wrapper.bytes[wrapper.from] !== 0) return null;
  if (wrapper.to - wrapper.from < 2) return null;
  return readPoint(curve, wrapper.contents().subarray(1));
}
