/**
 * Bytes of certificates, keys and OCSP answers: what they say, and whether Envoy would load them.
 *
 * Holds readers as strict, and as lax, as the BoringSSL inside of Envoy, so that a pair can be judged without asking it.
 * No opinion about dates or names (that is `health/`), no files, no clock; making certificates and authorities is here, deciding whom to
 * issue what is not.
 *
 * @module
 */
export * from "./canonical_pair.ts";
export * from "./explain_problem.ts";
export * from "./make_authority.ts";
export * from "./make_key.ts";
export * from "./make_placeholder.ts";
export * from "./make_placeholder_bundle.ts";
export * from "./make_request.ts";
export * from "./make_self_signed.ts";
export * from "./merge_trust.ts";
export * from "./open_signing_key.ts";
export * from "./plain_address.ts";
export * from "./read_authority.ts";
export * from "./read_facts.ts";
export * from "./read_pem_blocks.ts";
export * from "./read_trust.ts";
export * from "./sign_request.ts";
export { type SplitChain, splitChain } from "./split_chain.ts";
export * from "./split_combined.ts";
export * from "./to_pem.ts";
