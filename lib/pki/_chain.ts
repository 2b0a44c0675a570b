import type { Problem } from "../model/mod.ts";
import { type Certificate, parseCertificate } from "./_certificate.ts";
import { isFailure, PemReader } from "./_pem_reader.ts";
import { isKeyLabel } from "./_private_key.ts";

/** The certificates of a PEM file up to the first unreadable one. */
export interface Chain {
  readonly certificates: readonly Certificate[];
  readonly problem: Problem | null;
}

/** What BoringSSL takes for a certificate; the third only in the first place (`PEM_read_bio_X509_AUX`). */
const LABELS = ["CERTIFICATE", "X509 CERTIFICATE", "TRUSTED CERTIFICATE"];

/** Reads a chain as Envoy's `TlsContext::loadCertificateChain` does. */
export function readChain(pem: Uint8Array): Chain {
  const reader = new PemReader(pem);
  const certificates: Certificate[] = [];
  let sawKey = false;
  const fail = (detail: string): Chain => {
    const cause = certificates.length === 0 ? "certificate_unreadable" : "chain_unreadable";
    return { certificates, problem: { cause, detail } };
  };
  for (;;) {
    const block = reader.next();
    if (isFailure(block)) {
      if (block.failure !== "none") return fail(block.detail);
      return certificates.length > 0 ? { certificates, problem: null } : fail(notAChain(pem, sawKey));
    }
    const first = certificates.length === 0;
    const kind = LABELS.indexOf(block.label);
    sawKey ||= isKeyLabel(block.label);
    if (kind < 0 || (kind === 2 && !first)) continue;
    const place = `certificate ${certificates.length + 1}`;
    if (block.header !== "") return fail(`${place}: header lines stand before its contents`);
    const certificate = parseCertificate(block.der, first);
    if (typeof certificate === "string") return fail(`${place}: ${certificate}`);
    certificates.push(certificate);
  }
}

function notAChain(pem: Uint8Array, sawKey: boolean): string {
  if (sawKey) return "there is a private key in the file and no certificate";
  if (pem[0] === 0x30) return "no PEM block: the file looks like DER";
  if (pem[0] === 0xef && pem[1] === 0xbb && pem[2] === 0xbf) {
    return "no certificate: a byte order mark stands before it";
  }
  return "no PEM block of a certificate";
}
