import type { Certificate } from "./_certificate.ts";
import { publicHalf, samePublicKey } from "./_key_match.ts";
import type { PrivateKey } from "./_private_key.ts";
import { readPublicKey } from "./_public_key.ts";

/** The place of the first certificate that goes with a key, or -1. */
export function findLeaf(certificates: readonly Certificate[], key: PrivateKey): number {
  const half = publicHalf(key);
  if (half === null) return -1;
  return certificates.findIndex((certificate) => {
    const publicKey = readPublicKey(certificate.publicKey);
    return !("cause" in publicKey) && samePublicKey(publicKey, half);
  });
}
