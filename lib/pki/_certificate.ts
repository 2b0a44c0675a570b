import {
  BIT_STRING,
  contextConstructed,
  contextPrimitive,
  Der,
  GENERALIZED_TIME,
  INTEGER,
  isBitString,
  isInteger,
  SEQUENCE,
  takeOid,
  takeSmallInteger,
  UTC_TIME,
  UTF8_STRING,
} from "./_der.ts";
import { takeAny } from "./_any.ts";
import { type Extension, takeExtensions } from "./_extensions.ts";
import { takeName } from "./_name.ts";
import { isUtf8 } from "./_strings.ts";
import { readTime } from "./_time.ts";

/** A certificate that BoringSSL would parse. All bytes are views into the input. */
export interface Certificate {
  readonly der: Uint8Array;
  /** Contents of the serial number. */
  readonly serial: Uint8Array;
  /** The names as DER. */
  readonly issuer: Uint8Array;
  readonly subject: Uint8Array;
  /** Milliseconds since the epoch. */
  readonly notBefore: number;
  readonly notAfter: number;
  /** SubjectPublicKeyInfo as DER. */
  readonly publicKey: Uint8Array;
  /** Contents of the identifier of the outer signature algorithm. */
  readonly signatureOid: Uint8Array;
  readonly extensions: readonly Extension[];
}

/** Reads an AlgorithmIdentifier as `x509_parse_algorithm`; the contents of its identifier, or `null`. */
export function takeAlgorithm(der: Der): Uint8Array | null {
  if (!der.take(SEQUENCE)) return null;
  const fields = der.inside();
  if (!takeOid(fields)) return null;
  const oid = fields.contents();
  if (!fields.done && !takeAny(fields)) return null;
  return fields.done ? oid : null;
}

/** Reads a time; `allowUtc` stands for the CHOICE of UTCTime and GeneralizedTime. Milliseconds, or `null`. */
export function takeTime(der: Der): number | null {
  return der.take(der.peek(UTC_TIME) ? UTC_TIME : GENERALIZED_TIME) ? readTime(der) : null;
}

/** Reads a BIT STRING that is well formed. */
export function takeBitString(der: Der, tag = BIT_STRING): boolean {
  return der.take(tag) && isBitString(der.bytes, der.from, der.to);
}

/**
 * Reads a certificate as BoringSSL's `d2i_X509` does; what follows it in `der` is left.
 *
 * Not looked at, because BoringSSL does not: whether both signature algorithms agree, the signature, the sign and size
 * of the serial number, the order of the dates, repeated or unknown extensions, whether the key can be used.
 *
 * @returns The certificate, or the name of the field that is wrong.
 */
export function takeCertificate(der: Der): Certificate | string {
  if (!der.take(SEQUENCE)) return "not a certificate";
  const whole = der.element();
  const outer = der.inside();
  if (!outer.take(SEQUENCE)) return "its body is damaged";
  const body = outer.inside();
  const signatureOid = takeAlgorithm(outer);
  if (signatureOid === null) return "its signature algorithm is damaged";
  // Lengths longer than needed are taken here and nowhere else.
  if (!outer.any(true) || outer.tag !== BIT_STRING || !isBitString(outer.bytes, outer.from, outer.to)) {
    return "its signature is damaged";
  }
  if (!outer.done) return "there is something behind its signature";
  return takeBody(body, whole, signatureOid);
}

function takeBody(body: Der, der: Uint8Array, signatureOid: Uint8Array): Certificate | string {
  let version = 0;
  if (body.peek(contextConstructed(0))) {
    if (!body.take(contextConstructed(0))) return "its version is damaged";
    const wrapper = body.inside();
    version = takeSmallInteger(wrapper);
    if (version < 0 || version > 2 || !wrapper.done) return "its version is not 1, 2 or 3";
  }
  if (!body.take(INTEGER) || !isInteger(body.bytes, body.from, body.to)) {
    return "its serial number is damaged";
  }
  const serial = body.contents();
  if (takeAlgorithm(body) === null) return "its inner signature algorithm is damaged";
  if (!takeName(body)) return "its issuer is damaged";
  const issuer = body.element();
  if (!body.take(SEQUENCE)) return "its dates are damaged";
  const dates = body.inside();
  const notBefore = takeTime(dates);
  const notAfter = notBefore === null ? null : takeTime(dates);
  if (notBefore === null || notAfter === null || !dates.done) return "its dates are damaged";
  if (!takeName(body)) return "its subject is damaged";
  const subject = body.element();
  if (!body.take(SEQUENCE)) return "its public key is damaged";
  const publicKey = body.element();
  const key = body.inside();
  if (takeAlgorithm(key) === null || !takeBitString(key) || !key.done) return "its public key is damaged";
  for (const id of version >= 1 ? [contextPrimitive(1), contextPrimitive(2)] : []) {
    if (body.peek(id) && !takeBitString(body, id)) return "a unique identifier in it is damaged";
  }
  let extensions: Extension[] = [];
  if (version >= 2 && body.peek(contextConstructed(3))) {
    if (!body.take(contextConstructed(3))) return "its extensions are damaged";
    const wrapper = body.inside();
    const read = takeExtensions(wrapper);
    if (read === null || !wrapper.done) return "its extensions are damaged";
    extensions = read;
  }
  if (!body.done) return "it has fields that its version does not allow";
  return { der, serial, issuer, subject, notBefore, notAfter, publicKey, signatureOid, extensions };
}

/** Whether what follows a trusted certificate is its trust settings, as `d2i_X509_CERT_AUX` wants them. */
export function takeTrustSettings(der: Der): boolean {
  if (!der.take(SEQUENCE)) return false;
  const fields = der.inside();
  for (const tag of [SEQUENCE, contextConstructed(0)]) {
    if (!fields.peek(tag)) continue;
    if (!fields.take(tag)) return false;
    const purposes = fields.inside();
    while (!purposes.done) if (!takeOid(purposes)) return false;
  }
  if (
    fields.peek(UTF8_STRING) && !(fields.take(UTF8_STRING) && isUtf8(fields.bytes, fields.from, fields.to))
  ) {
    return false;
  }
  if (fields.peek(4) && !fields.take(4)) return false;
  return fields.done;
}

/**
 * Parses a PEM block of a certificate. `trusted` is BoringSSL's `d2i_X509_AUX`, which it uses for the first block: what
 * stands behind the certificate has to be trust settings; without it anything may follow.
 */
export function parseCertificate(bytes: Uint8Array, trusted: boolean): Certificate | string {
  const der = new Der(bytes);
  const certificate = takeCertificate(der);
  if (typeof certificate === "string") return certificate;
  if (trusted && !der.done && !takeTrustSettings(der)) return "there is something behind the certificate";
  return certificate;
}
