import {
  BIT_STRING,
  BOOLEAN,
  Der,
  isBitString,
  OCTET_STRING,
  SEQUENCE,
  takeOid,
  takeSmallInteger,
} from "./_der.ts";
import { EXTENDED_KEY_USAGES, EXTENSION, oidText } from "./_oids.ts";

/** One extension of a certificate. */
export interface Extension {
  readonly oid: string;
  readonly value: Uint8Array;
}

/**
 * Reads a list of extensions (or CRL extensions) that begins at `der`, as BoringSSL's `d2i_X509_EXTENSIONS`.
 *
 * Repeated, unknown, critical and empty ones all pass: nothing that Envoy does with a pair looks at that.
 *
 * @returns `null` if the list is not well formed.
 */
export function takeExtensions(der: Der): Extension[] | null {
  if (!der.take(SEQUENCE)) return null;
  const list = der.inside();
  const found: Extension[] = [];
  while (!list.done) {
    if (!list.take(SEQUENCE)) return null;
    const fields = list.inside();
    if (!takeOid(fields)) return null;
    const oid = oidText(fields.bytes, fields.from, fields.to);
    if (fields.peek(BOOLEAN) && !(fields.take(BOOLEAN) && fields.to - fields.from === 1)) return null;
    if (!fields.take(OCTET_STRING) || !fields.done) return null;
    found.push({ oid, value: fields.contents() });
  }
  return found;
}

/** The first extension of a kind. */
export function extensionOf(extensions: readonly Extension[], oid: string): Uint8Array | null {
  return extensions.find((extension) => extension.oid === oid)?.value ?? null;
}

/** The only extension of a kind; `null` also where it is repeated, as BoringSSL's `X509V3_get_d2i` has it. */
export function onlyExtension(extensions: readonly Extension[], oid: string): Uint8Array | null {
  const all = extensions.filter((extension) => extension.oid === oid);
  return all.length === 1 ? all[0].value : null;
}

const KEY_USAGES = [
  "digitalSignature",
  "nonRepudiation",
  "keyEncipherment",
  "dataEncipherment",
  "keyAgreement",
  "keyCertSign",
  "cRLSign",
  "encipherOnly",
  "decipherOnly",
];

/** The bits of a key usage extension by name; `null` if it is not well formed. */
export function readKeyUsage(value: Uint8Array): string[] | null {
  const der = new Der(value);
  if (!der.take(BIT_STRING) || !der.done || !isBitString(value, der.from, der.to)) return null;
  const bits = der.contents().subarray(1);
  return KEY_USAGES.filter((_, bit) => ((bits[bit >> 3] ?? 0) & (0x80 >> (bit & 7))) !== 0);
}

/** Purposes of an extended key usage extension, by name or as dotted text. */
export function readExtendedKeyUsage(value: Uint8Array): string[] {
  const der = new Der(value);
  const purposes: string[] = [];
  if (!der.take(SEQUENCE)) return purposes;
  const list = der.inside();
  while (!list.done && takeOid(list)) {
    const oid = oidText(list.bytes, list.from, list.to);
    purposes.push(EXTENDED_KEY_USAGES[oid] ?? oid);
  }
  return purposes;
}

/** cA of a basic constraints extension. */
export function readIsCa(value: Uint8Array): boolean {
  const der = new Der(value);
  if (!der.take(SEQUENCE)) return false;
  const fields = der.inside();
  return fields.peek(BOOLEAN) && fields.take(BOOLEAN) && fields.to > fields.from &&
    fields.bytes[fields.from] !== 0;
}

/** Whether a TLS feature extension asks for a stapled OCSP answer (feature 5, RFC 7633). */
export function readMustStaple(value: Uint8Array): boolean {
  const der = new Der(value);
  if (!der.take(SEQUENCE)) return false;
  const features = der.inside();
  while (!features.done) {
    const feature = takeSmallInteger(features);
    if (feature === 5) return true;
    if (feature < 0) return false;
  }
  return false;
}

/** The one form of the TLS feature extension that Envoy knows: a list of status_request alone. */
const MUST_STAPLE = [0x30, 0x03, 0x02, 0x01, 0x05];

/** Whether Envoy will want an OCSP answer (it compares the bytes of the first such extension). */
export function envoyWantsStaple(extensions: readonly Extension[]): boolean {
  const value = extensionOf(extensions, EXTENSION.tlsFeature);
  return value !== null && value.length === MUST_STAPLE.length &&
    MUST_STAPLE.every((byte, i) => value[i] === byte);
}
