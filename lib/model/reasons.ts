/**
 * The reason codes: why a pair is, or is not, usable. Order is the order of tables and of metric series.
 *
 * `NotJudged` belongs to the verdict `leave` alone: material that certgate cannot look into (a file name, a key
 * provider, another SDS server), and therefore does not touch.
 */
export const REASONS = [
  "Usable",
  "Expired",
  "NotYetValid",
  "KeyMismatch",
  "Missing",
  "Unreadable",
  "Unsupported",
  "Pending",
  "NotJudged",
] as const;

/** One of {@linkcode REASONS}. */
export type Reason = (typeof REASONS)[number];

/** The reasons for which a hostname loses its HTTPS. */
export const WITHHOLDING_REASONS: readonly Reason[] = REASONS.filter((reason) =>
  reason !== "Usable" && reason !== "NotJudged"
);

/**
 * The machine-readable causes, each with the reason it belongs to and the words that explain it to a person
 * (the `{why}` of a message: lower case, no full stop, no jargon).
 *
 * The union type, the metric labels, the messages and the table in the docs are all made from this object.
 */
export const CAUSES = {
  usable: { reason: "Usable", why: "nothing is wrong with it" },
  expired: { reason: "Expired", why: "its last day has passed" },
  chain_expired: { reason: "Expired", why: "the last day of a later certificate in the file has passed" },
  not_yet_valid: { reason: "NotYetValid", why: "its first day has not come" },
  chain_not_yet_valid: {
    reason: "NotYetValid",
    why: "the first day of a later certificate in the file has not come",
  },
  key_mismatch: { reason: "KeyMismatch", why: "the key belongs to another certificate" },
  key_inconsistent: { reason: "KeyMismatch", why: "the parts of the private key contradict each other" },
  chain_order: {
    reason: "Unreadable",
    why: "the issuer stands before the host's own certificate in the file",
  },
  certificate_missing: { reason: "Missing", why: "the certificate file is not there" },
  certificate_empty: { reason: "Missing", why: "the certificate file is empty" },
  key_missing: { reason: "Missing", why: "the key file is not there" },
  key_empty: { reason: "Missing", why: "the key file is empty" },
  pair_missing: { reason: "Missing", why: "neither the certificate nor the key is there" },
  secret_missing: { reason: "Missing", why: "the proxy is told to use a certificate that nobody gives it" },
  file_unreadable: { reason: "Unreadable", why: "the file cannot be opened" },
  certificate_unreadable: {
    reason: "Unreadable",
    why: "the certificate file is damaged or not a certificate",
  },
  chain_unreadable: { reason: "Unreadable", why: "a later certificate in the file is damaged" },
  key_unreadable: { reason: "Unreadable", why: "the key file is damaged or not a key" },
  key_encrypted: { reason: "Unreadable", why: "the key is locked with a passphrase, which is not supported" },
  trust_unreadable: { reason: "Unreadable", why: "the list of trusted issuers is damaged or empty" },
  rsa_too_small: { reason: "Unsupported", why: "an RSA key needs at least 2048 bits" },
  rsa_too_large: { reason: "Unsupported", why: "an RSA key may have at most 16384 bits" },
  rsa_parameters: { reason: "Unsupported", why: "the numbers of the RSA key are outside what is allowed" },
  curve_unsupported: { reason: "Unsupported", why: "the key uses a curve other than P-256, P-384 or P-521" },
  key_kind_unsupported: { reason: "Unsupported", why: "the key is of a kind the proxy does not know" },
  key_usage: { reason: "Unsupported", why: "the certificate does not allow its key to sign" },
  must_staple: {
    reason: "Unsupported",
    why: "the certificate demands a stapled OCSP answer, and there is none",
  },
  staple_invalid: { reason: "Unsupported", why: "the stapled OCSP answer is not usable" },
  extension_invalid: { reason: "Unsupported", why: "the certificate has a field the proxy does not accept" },
  name_missing: { reason: "Unsupported", why: "the certificate does not say which name it is for" },
  name_not_covered: { reason: "Unsupported", why: "the certificate is for other names" },
  proxy_refuses: { reason: "Unsupported", why: "the proxy refused it" },
  temporary: { reason: "Pending", why: "only the issuer's temporary certificate is in place" },
  not_issued: { reason: "Pending", why: "it has been requested and has not arrived" },
  not_judged: { reason: "NotJudged", why: "certgate cannot look into it" },
} as const;

/** One of the keys of {@linkcode CAUSES}. */
export type Cause = keyof typeof CAUSES;

/** Advice about a usable pair. Never a ground for withholding by itself. */
export const WARNINGS = [
  "NameNotCovered",
  "ChainIncomplete",
  "ChainMemberExpired",
  "Sha1Signature",
  "LifetimeOver825Days",
  "NoServerAuth",
  "ExpiresSoon",
  "FilesUnsettled",
] as const;

/** One of {@linkcode WARNINGS}. */
export type WarningCode = (typeof WARNINGS)[number];
