import type { Extension } from "@peculiar/x509";
import { type Certificate, parseCertificate } from "./_certificate.ts";
import { Der, OCTET_STRING, sameBytes } from "./_der.ts";
import { extensionOf } from "./_extensions.ts";
import { loadX509 } from "./_load_x509.ts";
import { EXTENSION, hex } from "./_oids.ts";
import { randomSerial } from "./_random_serial.ts";
import { type OpenRequest, openRequest } from "./_request.ts";
import type { SigningKey } from "./open_signing_key.ts";
import type { SigningAuthority } from "./read_authority.ts";
import { splitCertificates, type SplitChain } from "./split_chain.ts";

/** When a certificate is valid. */
export interface Validity {
  /** The first moment, milliseconds since the epoch; the second it is in counts. */
  readonly notBefore: number;
  /** The end, milliseconds since the epoch; the second before it is the last. */
  readonly end: number;
}

/**
 * Signs a certificate request as cert-manager 1.21 does it for an issuer of kind CA: subject, names, key usage and
 * extended key usage are those of the request, everything else of it is left; the certificate is none of an authority.
 *
 * - The serial number is 128 random bits; both key identifiers are there, as far as the authority has one.
 * - It is never valid before the authority or after it, nor its issuers as far as they are there.
 *
 * @param request PEM.
 * @returns The chain without the root, and the top of it for `ca.crt`.
 * @throws {TypeError} If the request is not one, is not signed with its key, or nothing is left of the time.
 */
export async function signRequest(
  request: Uint8Array,
  options: Validity & { readonly authority: SigningAuthority },
): Promise<SplitChain> {
  const { authority } = options;
  const [own] = authority.chain;
  const notBefore = Math.max(options.notBefore, authority.notBefore);
  const end = Math.min(options.end, authority.notAfter + 1000);
  const opened = await openRequest(request);
  const leaf = await sign(opened, {
    notBefore,
    end,
    issuer: own.subject,
    key: authority.key,
    keyId: keyIdOf(own),
  });
  return await splitCertificates([leaf, ...authority.chain]);
}

/**
 * Signs a certificate request with its own key, as cert-manager 1.21 does it for an issuer of kind SelfSigned.
 *
 * @param request PEM.
 * @param options `key` is the one of the request.
 * @returns The certificate, as chain and as authority.
 * @throws {TypeError} As {@linkcode signRequest}, and if the key is another one.
 */
export async function signSelf(
  request: Uint8Array,
  options: Validity & { readonly key: SigningKey },
): Promise<SplitChain> {
  const opened = await openRequest(request);
  const { notBefore, end, key } = options;
  const spki = new Uint8Array(await crypto.subtle.exportKey("spki", key.publicKey));
  if (!sameBytes(spki, opened.publicKey)) fail("it is for another key");
  const leaf = await sign(opened, { notBefore, end, issuer: opened.subject, key, keyId: null });
  return await splitCertificates([leaf]);
}

interface Signing extends Validity {
  /** The name as DER. */
  readonly issuer: Uint8Array;
  readonly key: SigningKey;
  /** Key identifier of the issuer; `null` where it has none, or is the certificate itself. */
  readonly keyId: string | null;
}

async function sign(request: OpenRequest, by: Signing): Promise<Certificate> {
  const notAfter = by.end - 1000;
  if (!(notAfter > by.notBefore)) fail("nothing would be left of the time in which it is valid");
  const x509 = await loadX509();
  const made = await x509.X509CertificateGenerator.create({
    serialNumber: await randomSerial(),
    subject: new x509.Name(request.subject as never),
    issuer: new x509.Name(by.issuer as never),
    notBefore: new Date(by.notBefore),
    notAfter: new Date(notAfter),
    publicKey: request.publicKey as never,
    signingKey: by.key.privateKey,
    signingAlgorithm: by.key.algorithm,
    extensions: await extensionsOf(request, by.keyId),
  });
  const certificate = parseCertificate(new Uint8Array(made.rawData), false);
  // Verifiers compare names byte by byte, and some are written in ways that the library does not keep.
  if (typeof certificate === "string" || !sameBytes(certificate.issuer, by.issuer)) {
    return fail("the name of the authority is written in a way that cannot be copied");
  }
  return certificate;
}

/** In the order in which Go writes them. */
async function extensionsOf(
  { extensions, publicKey, subject }: OpenRequest,
  keyId: string | null,
): Promise<Extension[]> {
  const x509 = await loadX509();
  const { keyUsage, purposes, names } = extensions;
  const key = await new x509.PublicKey(publicKey as never).export();
  return [
    ...keyUsage === null ? [] : [new x509.Extension(EXTENSION.keyUsage, true, keyUsage)],
    ...purposes === null ? [] : [new x509.Extension(EXTENSION.extendedKeyUsage, false, purposes)],
    new x509.BasicConstraintsExtension(false, undefined, true),
    await x509.SubjectKeyIdentifierExtension.create(key),
    ...keyId === null ? [] : [new x509.AuthorityKeyIdentifierExtension(keyId)],
    // Without a subject the names are critical (RFC 5280, 4.2.1.6).
    ...names === null ? [] : [new x509.Extension(EXTENSION.subjectAltName, isEmptyName(subject), names)],
  ];
}

function fail(why: string): never {
  throw new TypeError(`Cannot sign a certificate request: ${why}`);
}

/** A name without members: an empty SEQUENCE. */
function isEmptyName(name: Uint8Array): boolean {
  return name.length === 2;
}

/** Contents of the subject key identifier, as hex. */
function keyIdOf({ extensions }: Certificate): string | null {
  const value = extensionOf(extensions, "2.5.29.14");
  const der = value === null ? null : new Der(value);
  return der?.take(OCTET_STRING) ? hex(der.contents()) : null;
}
