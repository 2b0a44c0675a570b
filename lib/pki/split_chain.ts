import { Buffer } from "node:buffer";
import type { Certificate } from "./_certificate.ts";
import { readChain } from "./_chain.ts";
import { chainUp, isAmong, isSelfSigned } from "./_chain_up.ts";
import { toPem } from "./to_pem.ts";

/** What a host presents, and whom its clients have to trust. */
export interface SplitChain {
  /** PEM, the host's own certificate first. A root is not in it: who trusts it has it (RFC 8446, 4.4.2). */
  readonly chain: Uint8Array;
  /** PEM of the last certificate of the chain, the root if it is there; `null` for a certificate that stands alone. */
  readonly ca: Uint8Array | null;
}

/**
 * Splits the answer of an issuer as cert-manager 1.21 does it (`ParseSingleCertificateChain`), but for the order: the
 * host's own certificate has to be the first one.
 *
 * A certificate that signs itself is chain and authority at once. One that does not belong to the chain stays where it is.
 *
 * @param pem Certificates, the host's own one first.
 * @returns `null` if there is none, or one of them cannot be read.
 */
export async function splitChain(pem: Uint8Array): Promise<SplitChain | null> {
  const { certificates, problem } = readChain(pem);
  if (problem !== null) return null;
  return await splitCertificates(certificates);
}

/** The same for certificates that were read already. */
export async function splitCertificates(certificates: readonly Certificate[]): Promise<SplitChain> {
  const [leaf, ...others] = certificates;
  const chain = await chainUp(leaf, others);
  const strangers = others.filter((one) => !isAmong(one, chain));
  const top = chain[chain.length - 1];
  const isRoot = await isSelfSigned(top);
  const presented = chain.length > 1 && isRoot ? chain.slice(0, -1) : chain;
  return {
    chain: pemOf([...presented, ...strangers]),
    ca: chain.length > 1 || isRoot ? pemOf([top]) : null,
  };
}

function pemOf(certificates: readonly Certificate[]): Uint8Array {
  return new Uint8Array(Buffer.concat(certificates.map(({ der }) => toPem("CERTIFICATE", der))));
}
