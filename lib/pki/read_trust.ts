import type { CertificateFacts, Problem, TrustFacts } from "../model/mod.ts";
import { parseCertificate } from "./_certificate.ts";
import { certificateFacts } from "./_certificate_facts.ts";
import { isRevocationList } from "./_crl.ts";
import { isFailure, type PemBlock, PemReader } from "./_pem_reader.ts";
import { isConsistent } from "./_key_match.ts";
import { parseKeyOfKind } from "./_private_key.ts";

const KEYS: Readonly<Record<string, "RSA" | "EC" | "DSA">> = {
  "RSA PRIVATE KEY": "RSA",
  "EC PRIVATE KEY": "EC",
  "DSA PRIVATE KEY": "DSA",
};

const CERTIFICATES: ReadonlySet<string> = new Set(["CERTIFICATE", "X509 CERTIFICATE", "TRUSTED CERTIFICATE"]);

/** A header that says how a key is encrypted, as BoringSSL's `PEM_get_EVP_CIPHER_INFO` wants it, with its IV. */
const ENCRYPTED = new RegExp(
  "^Proc-Type: 4,ENCRYPTED[^\\n]*\\nDEK-Info: " +
    "(?:DES(?:-EDE3)?-CBC[^A-Z0-9-][0-9A-Fa-f]{16}|AES-(?:128|192|256)-CBC[^A-Z0-9-][0-9A-Fa-f]{32})",
);

/**
 * Reads a bundle of trusted issuers (client or upstream CAs), and what Envoy would refuse it for.
 *
 * The rules are those of BoringSSL's `PEM_X509_INFO_read_bio`, which Envoy's validator uses: certificates, revocation
 * lists and keys in it have to be readable, blocks of other kinds are skipped, and at least one certificate has to be
 * there.
 *
 * @param bundle The PEM file.
 * @returns The certificates before the first damaged block. Never throws; the time is linear in the length.
 */
export function readTrust(bundle: Uint8Array): TrustFacts {
  const reader = new PemReader(bundle);
  const members: { facts: CertificateFacts; pem: Uint8Array }[] = [];
  const fail = (detail: string): TrustFacts => ({ problem: { cause: "trust_unreadable", detail }, members });
  for (let count = 1;; count++) {
    const block = reader.next();
    if (isFailure(block)) {
      if (block.failure !== "none") return fail(block.detail);
      return members.length > 0 ? { problem: NOTHING, members } : fail("there is no certificate in it");
    }
    const place = `PEM block ${count} (${block.label})`;
    if (!CERTIFICATES.has(block.label)) {
      if (!isTolerable(block)) return fail(`${place} is damaged`);
      continue;
    }
    if (block.header !== "") return fail(`${place}: header lines stand before its contents`);
    const certificate = parseCertificate(block.der, block.label === "TRUSTED CERTIFICATE");
    if (typeof certificate === "string") return fail(`${place}: ${certificate}`);
    members.push({ facts: certificateFacts(certificate), pem: bundle.subarray(block.from, block.to) });
  }
}

const NOTHING: Problem | null = null;

/** Whether Envoy loads a bundle with this block, which is not a certificate. */
function isTolerable({ label, header, der }: PemBlock): boolean {
  const kind = KEYS[label];
  if (kind !== undefined) {
    // Keys with long headers are taken for encrypted and are not looked into.
    if (header.length > 10) return ENCRYPTED.test(header);
    const key = header === "" ? parseKeyOfKind(der, kind) : null;
    return key !== null && !("cause" in key) && isConsistent(key);
  }
  return label !== "X509 CRL" || (header === "" && isRevocationList(der));
}

/**
 * Takes certificates out of a bundle and leaves every other byte of it, revocation lists included.
 *
 * @param bundle The bundle that was given to {@linkcode readTrust}.
 * @param keep Indices of `members` that stay.
 */
export function keepMembers(bundle: Uint8Array, keep: readonly number[]): Uint8Array {
  const reader = new PemReader(bundle);
  const kept = new Set(keep);
  const out = new Uint8Array(bundle.length);
  let length = 0, from = 0, index = 0;
  const copy = (to: number): void => {
    out.set(bundle.subarray(from, to), length);
    length += to - from;
  };
  for (let block = reader.next(); !isFailure(block); block = reader.next()) {
    if (!CERTIFICATES.has(block.label) || kept.has(index++)) continue;
    copy(block.from);
    from = block.to;
  }
  copy(bundle.length);
  return out.slice(0, length);
}
