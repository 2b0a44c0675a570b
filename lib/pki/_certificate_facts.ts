import { createHash } from "node:crypto";
import type { CertificateFacts } from "../model/mod.ts";
import type { Certificate } from "./_certificate.ts";
import {
  extensionOf,
  onlyExtension,
  readExtendedKeyUsage,
  readIsCa,
  readKeyUsage,
  readMustStaple,
} from "./_extensions.ts";
import { readAlternativeNames } from "./_general_names.ts";
import { lastCommonName, nameText } from "./_name.ts";
import { EXTENSION, hex, oidText, SIGNATURES } from "./_oids.ts";
import { describeKey } from "./_public_key.ts";

/** What a certificate says, for people and for rules that are not about loading it. */
export function certificateFacts(certificate: Certificate): CertificateFacts {
  const { extensions } = certificate;
  const keyUsage = extensionOf(extensions, EXTENSION.keyUsage);
  const extendedKeyUsage = extensionOf(extensions, EXTENSION.extendedKeyUsage);
  const constraints = extensionOf(extensions, EXTENSION.basicConstraints);
  const feature = extensionOf(extensions, EXTENSION.tlsFeature);
  const signature = oidText(certificate.signatureOid);
  return {
    subject: nameText(certificate.subject),
    issuer: nameText(certificate.issuer),
    serial: serialText(certificate.serial),
    names: namesOf(certificate),
    notBefore: certificate.notBefore,
    notAfter: certificate.notAfter,
    ...describeKey(certificate.publicKey),
    signature: SIGNATURES[signature] ?? signature,
    keyUsage: keyUsage === null ? null : readKeyUsage(keyUsage) ?? [],
    extendedKeyUsage: extendedKeyUsage === null ? null : readExtendedKeyUsage(extendedKeyUsage),
    mustStaple: feature !== null && readMustStaple(feature),
    isCa: constraints !== null && readIsCa(constraints),
    fingerprint: fingerprintOf(certificate.der),
  };
}

function namesOf(certificate: Certificate): string[] {
  const value = onlyExtension(certificate.extensions, EXTENSION.subjectAltName);
  const names = value === null ? null : readAlternativeNames(value);
  if (names !== null) return [...names.dns, ...names.addresses];
  const common = lastCommonName(certificate.subject);
  return common !== null && isHostName(common) ? [common] : [];
}

/** Letters, digits, hyphens and dots, perhaps with a wildcard in front; at least one dot, at most 253 letters. */
function isHostName(text: string): boolean {
  return text.length <= 253 &&
    /^(\*\.)?([a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?\.)+[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/i.test(text);
}

/** Hex of the number that the contents of an INTEGER are, two digits a byte, `-` in front if negative. */
export function serialText(contents: Uint8Array): string {
  if (contents[0] < 0x80) {
    return hex(contents.length > 1 && contents[0] === 0 ? contents.subarray(1) : contents);
  }
  const magnitude = contents.slice();
  let carry = 1;
  for (let i = magnitude.length - 1; i >= 0; i--) {
    const sum = (magnitude[i] ^ 0xff) + carry;
    magnitude[i] = sum & 0xff;
    carry = sum >> 8;
  }
  return `-${hex(magnitude.length > 1 && magnitude[0] === 0 ? magnitude.subarray(1) : magnitude)}`;
}

function fingerprintOf(der: Uint8Array): string {
  const digest: Uint8Array = createHash("sha256").update(der).digest();
  return Array.from(digest, (byte) => BYTES[byte]).join(":");
}

/** Each byte as two digits. */
const BYTES = Array.from({ length: 256 }, (_, byte) => byte.toString(16).toUpperCase().padStart(2, "0"));
