import type { CertificateFacts, Facts } from "../model/mod.ts";

/** Facts of a certificate for tests: a server's of a named issuer, valid for all of 2026. */
export function factsOf(parts: Partial<CertificateFacts> = {}): CertificateFacts {
  return {
    subject: "CN=a.example.com",
    issuer: "CN=Issuer",
    serial: "01",
    names: ["a.example.com"],
    notBefore: Date.UTC(2026, 0, 1),
    notAfter: Date.UTC(2026, 11, 31, 23, 59, 59),
    keyKind: "EC",
    keyBits: 256,
    curve: "P-256",
    signature: "ecdsa-with-SHA256",
    keyUsage: ["digitalSignature"],
    extendedKeyUsage: ["serverAuth"],
    mustStaple: false,
    isCa: false,
    fingerprint: "AA",
    ...parts,
  };
}

/** Facts of a pair of these certificates. */
export function pairFacts(...certificates: readonly CertificateFacts[]): Facts {
  return {
    problem: null,
    notBefore: certificates[0]?.notBefore ?? -Infinity,
    notAfter: certificates[0]?.notAfter ?? Infinity,
    temporary: false,
    certificates,
    chainOrder: certificates.length > 1 ? "leaf-first" : "single",
  };
}
