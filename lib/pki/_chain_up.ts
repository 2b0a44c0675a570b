import type { Certificate } from "./_certificate.ts";
import { sameBytes } from "./_der.ts";
import { loadX509 } from "./_load_x509.ts";

/**
 * The chain that begins with a certificate: its issuer, the issuer of that one, and so on, as far as they are there. An
 * issuer has the name that the certificate gives and the key that it is signed with.
 *
 * @param first Where it begins.
 * @param others Candidates in any order; duplicates are taken once.
 */
export async function chainUp(first: Certificate, others: readonly Certificate[]): Promise<Certificate[]> {
  const chain = [first];
  for (let last = first; !await isSelfSigned(last);) {
    const next = await issuerOf(last, others.filter((one) => !isAmong(one, chain)));
    if (next === null) break;
    chain.push(last = next);
  }
  return chain;
}

/** Whether a certificate is one of some, byte by byte. */
export function isAmong(one: Certificate, others: readonly Certificate[]): boolean {
  return others.some(({ der }) => sameBytes(der, one.der));
}

async function issuerOf(one: Certificate, candidates: readonly Certificate[]): Promise<Certificate | null> {
  for (const candidate of candidates) if (await isIssuedBy(one, candidate)) return candidate;
  return null;
}

/** Whether a certificate is its own issuer. */
export function isSelfSigned(certificate: Certificate): Promise<boolean> {
  return isIssuedBy(certificate, certificate);
}

async function isIssuedBy(certificate: Certificate, issuer: Certificate): Promise<boolean> {
  if (!sameBytes(certificate.issuer, issuer.subject)) return false;
  // Not the one of node:crypto: here it knows no P-521.
  const { X509Certificate } = await loadX509();
  try {
    const { publicKey } = new X509Certificate(issuer.der as never);
    return await new X509Certificate(certificate.der as never).verify({ publicKey, signatureOnly: true });
  } catch {
    // A key or a signature of a kind that is not known here.
    return false;
  }
}
