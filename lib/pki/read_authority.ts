import type { KeyMaterial } from "../model/mod.ts";
import type { Certificate } from "./_certificate.ts";
import { readChain } from "./_chain.ts";
import { chainUp, isAmong } from "./_chain_up.ts";
import { extensionOf, readIsCa, readKeyUsage } from "./_extensions.ts";
import { matchProblem } from "./_key_match.ts";
import { EXTENSION } from "./_oids.ts";
import { readPrivateKey } from "./_private_key.ts";
import { readPublicKey } from "./_public_key.ts";
import { explainProblem } from "./explain_problem.ts";
import { openSigningKey, type SigningKey } from "./open_signing_key.ts";

/** An authority that can sign. */
export interface SigningAuthority {
  /** Its own certificate first, its issuers behind it. */
  readonly chain: readonly Certificate[];
  readonly key: SigningKey;
  /** Milliseconds since the epoch; the time in which every certificate of the chain is valid, its last second included. */
  readonly notBefore: number;
  readonly notAfter: number;
}

/**
 * Reads the pair of an authority and whether it may and can sign. Dates are not judged.
 *
 * @param certificate PEM, the authority's own certificate first, its issuers behind it in any order.
 * @returns The authority, or in plain words what is wrong.
 */
export async function readAuthority(
  certificate: Uint8Array,
  key: KeyMaterial,
): Promise<SigningAuthority | string> {
  const { certificates, problem } = readChain(certificate);
  if (problem !== null) return explainProblem(problem);
  const [own, ...others] = certificates;
  const chain = await chainUp(own, others);
  const stranger = others.findIndex((one) => !isAmong(one, chain));
  if (stranger >= 0) return `certificate ${stranger + 2} in the file does not belong to its chain`;
  const publicKey = readPublicKey(own.publicKey);
  if ("cause" in publicKey) return explainProblem(publicKey);
  const privateKey = readPrivateKey(key.open());
  if ("cause" in privateKey) return explainProblem(privateKey);
  const mismatch = matchProblem(privateKey, publicKey);
  if (mismatch !== null) return explainProblem(mismatch);
  const opened = await openSigningKey(key);
  if (typeof opened === "string") return opened;
  return notAnAuthority(own) ?? {
    chain,
    key: opened,
    notBefore: Math.max(...chain.map(({ notBefore }) => notBefore)),
    notAfter: Math.min(...chain.map(({ notAfter }) => notAfter)),
  };
}

/** What keeps a certificate from being an issuer (RFC 5280, 4.2.1.3 and 4.2.1.9), or `null`. */
function notAnAuthority({ extensions }: Certificate): string | null {
  const constraints = extensionOf(extensions, EXTENSION.basicConstraints);
  if (constraints === null || !readIsCa(constraints)) {
    return "its certificate is not that of an authority (CA)";
  }
  const usage = extensionOf(extensions, EXTENSION.keyUsage);
  if (usage === null || readKeyUsage(usage)?.includes("keyCertSign")) return null;
  return "its certificate does not allow it to sign certificates";
}
