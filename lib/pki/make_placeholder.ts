import { encodeBase64 } from "./_base64.ts";
import { Der, SEQUENCE } from "./_der.ts";
import { KeyMaterial } from "../model/mod.ts";
import { isMarked } from "./_marked.ts";
import { isFailure, PemReader } from "./_pem_reader.ts";
import {
  certificateOf,
  element,
  extension,
  type KnownKey,
  knownKey,
  nameOf,
  raw,
  text,
} from "./_placeholder_parts.ts";
import { toPem } from "./to_pem.ts";

/** The name of a placeholder that is for no name at all: nobody can ever have it (RFC 6761). */
const NAMELESS = "placeholder.certgate.invalid";
/** Sixteen letters are sixteen bytes, and tell whoever looks into the file. */
const SERIAL = text("certgate placeho");
const NAME = nameOf("certgate", "placeholder, never to be served");

/** basicConstraints, not a CA; keyUsage digitalSignature; extendedKeyUsage serverAuth and clientAuth. */
const USAGES: readonly Uint8Array[] = [
  extension(0x13, true, element(0x30)),
  extension(0x0f, true, element(0x03, raw(7, 0x80))),
  extension(0x25, false, element(0x30, usage(1), usage(2))),
];

function usage(number: number): Uint8Array {
  return element(0x06, raw(0x2b, 0x06, 0x01, 0x05, 0x05, 0x07, 0x03, number));
}

let key: KnownKey | null = null;

/** The subject alternative name holds nothing else; Envoy Gateway refuses a listener for a name that is not ASCII. */
const DNS_NAME = /^[\x21-\x7e]{1,253}$/;
const ADDRESS = /^[\d.]+$|:/;
/** A certificate of more than 64 KiB begins with other bytes; no issuer takes a tenth of these names. */
const MOST_NAMES = 200;

/**
 * Makes what Envoy Gateway is given in place of a pair that Envoy asks certgate for: a certificate of the same names,
 * because Envoy Gateway looks for names that overlap, and nothing else of the real one.
 *
 * - The same names give the same bytes, in whatever order they are, on every host and after every start: Envoy Gateway
 *   then has nothing to do.
 * - Its key is made from a text in this file, so everybody has it, and its signature is void. Nobody can be brought to
 *   trust it, and it must never be served: see {@linkcode isPlaceholder}.
 *
 * @param wanted `names`: DNS names; addresses, what is no name and all beyond 200 are left out.
 * @returns Both as PEM; the key is PKCS #8.
 */
export function makePlaceholder(
  { names }: { readonly names: readonly string[] },
): { certificate: Uint8Array; key: KeyMaterial } {
  const own = [...new Set(names.map((name) => name.toLowerCase()))]
    .filter((name) => DNS_NAME.test(name) && !ADDRESS.test(name)).sort().slice(0, MOST_NAMES);
  if (own.length === 0) own.push(NAMELESS);
  key ??= knownKey("certgate placeholder");
  const alternative = extension(
    0x11,
    false,
    element(0x30, ...own.map((name) => element(0x82, text(name)))),
  );
  const certificate = certificateOf({
    serial: SERIAL,
    name: NAME,
    publicKey: key.point,
    extensions: [...USAGES, alternative],
  });
  return {
    certificate: toPem("CERTIFICATE", certificate),
    key: new KeyMaterial(toPem("PRIVATE KEY", key.der)),
  };
}

/** What stands from the serial number to the public key: the same in every placeholder. */
let fixed: Uint8Array | null = null;

function fixedPart(): Uint8Array {
  const pem = new PemReader(makePlaceholder({ names: [] }).certificate).next();
  if (isFailure(pem)) throw new Error("Cannot read a placeholder: it is not PEM");
  return bodyOf(pem.der)!;
}

/** Contents of the signed part up to its extensions; `null` where there is no such thing. */
function bodyOf(der: Uint8Array): Uint8Array | null {
  const outer = new Der(der);
  if (!outer.take(SEQUENCE)) return null;
  const certificate = outer.inside();
  if (!certificate.take(SEQUENCE)) return null;
  const body = certificate.inside();
  // Version, serial number, algorithm, issuer, validity, subject, public key.
  for (let field = 0; field < 7; field++) if (!body.any()) return null;
  return der.subarray(certificate.from, body.to);
}

/**
 * Letters that are in the PEM of every placeholder: bytes 9 to 26 of the certificate, which begin with the serial number's
 * header. They are looked for first, because nearly every certificate is none.
 */
const MARK = text(encodeBase64(Uint8Array.of(3, 2, 1, 2, 2, 16, ...SERIAL.subarray(0, 12))));
const MARK_AT = 12;

/**
 * Whether the first certificate of a PEM text is one of {@linkcode makePlaceholder}.
 *
 * Everything that does not depend on the names is compared, byte by byte, the public key and both names included: no
 * certificate of anybody else has that key, whatever it calls itself.
 *
 * @param certificatePem The chain of a pair. Never throws.
 */
export function isPlaceholder(certificatePem: Uint8Array): boolean {
  if (!isMarked(certificatePem, MARK, MARK_AT)) return false;
  const block = new PemReader(certificatePem).next();
  if (isFailure(block) || block.label !== "CERTIFICATE") return false;
  const body = bodyOf(block.der);
  return body !== null && Buffer.compare(body, fixed ??= fixedPart()) === 0;
}
