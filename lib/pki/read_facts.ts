import type { Cause, ChainOrder, Facts, PairBytes, Problem } from "../model/mod.ts";
import type { Certificate } from "./_certificate.ts";
import { certificateFacts, serialText } from "./_certificate_facts.ts";
import { type Chain, readChain } from "./_chain.ts";
import { sameBytes } from "./_der.ts";
import { envoyWantsStaple, extensionOf, onlyExtension, readKeyUsage } from "./_extensions.ts";
import { readAlternativeNames } from "./_general_names.ts";
import { firstCommonName, lastCommonName } from "./_name.ts";
import { EXTENSION } from "./_oids.ts";
import { checkStaple } from "./_ocsp.ts";
import { findLeaf } from "./_find_leaf.ts";
import { matchProblem } from "./_key_match.ts";
import { type KeyFailure, type PrivateKey, readPrivateKey } from "./_private_key.ts";
import { bitLength, checkPoint, type PublicKey, readPublicKey } from "./_public_key.ts";

/**
 * Reads everything that the bytes of a pair say, and what Envoy would refuse it for.
 *
 * - `problem` is the first thing that Envoy 1.40 (BoringSSL) refuses, by the cause that explains it best; `null` means
 *   that Envoy loads the pair. Dates are not looked at: Envoy loads expired certificates.
 * - All other fields are filled as far as the bytes allow, problem or not.
 * - Never throws, whatever the bytes are; the time is linear in their length.
 *
 * The rules are those of Envoy's `source/common/tls` and of the BoringSSL in it.
 *
 * @param pair The members; `null` where there is no such file.
 *
 * @example
 * ```ts
 * import { readFacts } from "./mod.ts";
 *
 * const facts = readFacts({ certificate: null, key: null });
 * console.log(facts.problem?.cause); // "pair_missing"
 * ```
 */
export function readFacts(pair: PairBytes): Facts {
  const keyBytes = pair.key?.open() ?? null;
  const missing = missingMember(pair.certificate, keyBytes);
  const chain = isBlank(pair.certificate) ? NO_CHAIN : readChain(pair.certificate!);
  const key = isBlank(keyBytes) ? null : readPrivateKey(keyBytes!);
  const usable = key !== null && !("cause" in key) ? key : null;
  const [leaf] = chain.certificates;
  let problem = missing ?? chain.problem;
  if (missing === null && leaf !== undefined) problem = judge(chain, key!, pair.staple ?? null);
  let issuerFirst = false;
  if (problem !== null && usable !== null && ORDER_EXPLAINS.has(problem.cause)) {
    const at = findLeaf(chain.certificates, usable);
    issuerFirst = at > 0;
    if (issuerFirst) problem = { cause: "chain_order", detail: `certificate ${at + 1} goes with the key` };
  }
  return {
    problem,
    notBefore: leaf?.notBefore ?? -Infinity,
    notAfter: leaf?.notAfter ?? Infinity,
    temporary: leaf !== undefined && isTemporary(leaf),
    certificates: chain.certificates.map(certificateFacts),
    chainOrder: issuerFirst ? "issuer-first" : chainOrder(chain.certificates),
  };
}

const NO_CHAIN: Chain = { certificates: [], problem: null };

/** What a leaf in the second place would explain. */
const ORDER_EXPLAINS: ReadonlySet<Cause> = new Set<Cause>([
  "key_mismatch",
  "key_usage",
  "key_kind_unsupported",
  "curve_unsupported",
  "rsa_too_small",
]);

/** Nothing but blanks is as good as nothing. */
function isBlank(bytes: Uint8Array | null): boolean {
  return bytes === null || bytes.every((byte) => byte === 0x20 || (byte >= 0x09 && byte <= 0x0d));
}

function missingMember(certificate: Uint8Array | null, key: Uint8Array | null): Problem | null {
  const problem = (cause: Cause): Problem => ({ cause, detail: "" });
  if (certificate === null) return problem(key === null ? "pair_missing" : "certificate_missing");
  if (isBlank(certificate)) return problem("certificate_empty");
  if (key === null) return problem("key_missing");
  return isBlank(key) ? problem("key_empty") : null;
}

/** Envoy's checks in its order, for a chain whose first certificate could be read. */
function judge(chain: Chain, key: PrivateKey | KeyFailure, staple: Uint8Array | null): Problem | null {
  const [leaf] = chain.certificates;
  const publicKey = readPublicKey(leaf.publicKey);
  if ("cause" in publicKey) return publicKey;
  const problem = usageProblem(leaf, publicKey) ?? chain.problem ?? sizeProblem(publicKey) ??
    ("cause" in key ? key : matchProblem(key, publicKey)) ?? nameProblem(leaf) ?? stapleProblem(leaf, staple);
  // A key that goes with the point proves it to be on the curve, so this is only asked where something is wrong.
  return problem === null ? null : checkPoint(publicKey) ?? problem;
}

/** BoringSSL looks at the key usage of EC certificates only, since EC keys are also used for ECDH. */
function usageProblem(leaf: Certificate, publicKey: PublicKey): Problem | null {
  const value = publicKey.kind === "EC" ? extensionOf(leaf.extensions, EXTENSION.keyUsage) : null;
  if (value === null) return null;
  const usages = readKeyUsage(value);
  if (usages === null) return { cause: "extension_invalid", detail: "its key usage is damaged" };
  if (usages.includes("digitalSignature")) return null;
  return { cause: "key_usage", detail: `key usage ${usages.join(", ") || "without any bit"}` };
}

/** Envoy's own least size. */
function sizeProblem(publicKey: PublicKey): Problem | null {
  const bits = publicKey.kind === "RSA" ? bitLength(publicKey.n) : Infinity;
  return bits < 2048 ? { cause: "rsa_too_small", detail: `RSA ${bits} bit` } : null;
}

/** Envoy wants something in the certificate to tell sessions apart by: a common name, or a name it counts. */
function nameProblem(leaf: Certificate): Problem | null {
  const common = firstCommonName(leaf.subject);
  if (common === "some") return null;
  if (common === "empty") return { cause: "name_missing", detail: "its common name is empty" };
  const value = onlyExtension(leaf.extensions, EXTENSION.subjectAltName);
  const names = value === null ? null : readAlternativeNames(value);
  if (names !== null && names.counted > 0) return null;
  return { cause: "name_missing", detail: "neither a common name nor a DNS name, address or URI" };
}

function stapleProblem(leaf: Certificate, staple: Uint8Array | null): Problem | null {
  if (staple === null || staple.length === 0) {
    return envoyWantsStaple(leaf.extensions) ? { cause: "must_staple", detail: "" } : null;
  }
  const wrong = checkStaple(staple, leaf.serial);
  return wrong === null ? null : { cause: "staple_invalid", detail: wrong };
}

/** What cert-manager puts in place until the real certificate is there (`pkg/util/pki/temporarycertificate.go`). */
function isTemporary(leaf: Certificate): boolean {
  return serialText(leaf.serial) === "1234567890" && lastCommonName(leaf.issuer) === "cert-manager.local";
}

/** How the names of the first two certificates stand to each other. */
function chainOrder(certificates: readonly Certificate[]): ChainOrder {
  if (certificates.length < 2) return certificates.length === 0 ? "none" : "single";
  const [first, second] = certificates;
  if (sameBytes(first.issuer, second.subject)) return "leaf-first";
  return sameBytes(second.issuer, first.subject) ? "issuer-first" : "unrelated";
}
