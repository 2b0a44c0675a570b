/**
 * Asking an issuer for a certificate: one that signs itself, an authority on this host, a program, or a server that
 * speaks ACME; and keeping what comes back.
 *
 * What a certificate is to be like was decided before (`issuers/`). Failures are data; no issuer throws.
 *
 * @module
 */
export * from "./challenge_board.ts";
export * from "./failure.ts";
export * from "./issuance.ts";
export { type IssuanceMetrics } from "./issuance_metrics.ts";
export type { PairJudge } from "./check_answer.ts";
export * from "./issuer.ts";
export * from "./open_issuer.ts";
export { findIssuer } from "./find_issuer.ts";
