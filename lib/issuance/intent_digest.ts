import { createHash } from "node:crypto";
import type { Intent } from "../issuers/mod.ts";

/** The group of cert-manager's own issuers, which it takes where none is written. */
export const OWN_GROUP = "cert-manager.io";

/** What cert-manager asks for where no annotation does. */
const USAGES = ["digital signature", "key encipherment"];
const SIZES: Readonly<Record<string, number>> = { RSA: 2048, ECDSA: 256 };

/**
 * A digest of everything that a certificate is made of. A pair is issued again if it is another one; when to renew, who
 * asked and what is only for Kubernetes do not count, nor does the order of names. What is left out is what its default is.
 *
 * A change of what goes in here has every pair on every host issued again.
 */
export function intentDigest(intent: Intent): string {
  const { issuerRef, privateKey, subject, usages, duration } = intent;
  const algorithm = privateKey?.algorithm ?? "RSA";
  const parts = [
    [issuerRef.name, issuerRef.kind || "Issuer", issuerRef.group || OWN_GROUP],
    intent.commonName,
    sorted(intent.dnsNames.map((name) => name.toLowerCase())),
    sorted(intent.ipAddresses),
    sorted(intent.emailAddresses),
    Object.entries(subject ?? {}).sort(([a], [b]) => a < b ? -1 : 1),
    sorted(usages.length === 0 ? USAGES : usages),
    duration?.milliseconds ?? null,
    [algorithm, privateKey?.size || (SIZES[algorithm] ?? 0), privateKey?.encoding ?? "PKCS1"],
  ];
  return createHash("sha256").update(JSON.stringify(parts)).digest("hex");
}

function sorted(texts: readonly string[]): string[] {
  return [...new Set(texts)].sort();
}
