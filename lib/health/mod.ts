/**
 * Facts and a time → a verdict, its next edge, advice, and the sentence that a person reads.
 *
 * Pure opinion: no bytes, no clock (the time is an argument), no files. What a pair says is read in `pki/`; who is told
 * is decided above.
 *
 * @module
 */
export * from "./advise_warnings.ts";
export * from "./apply_answer.ts";
export * from "./choose_pair.ts";
export * from "./conditions.ts";
export * from "./control_plane_troubles.ts";
export * from "./dependent_troubles.ts";
export * from "./describe.ts";
export * from "./digest_sds.ts";
export * from "./digest_status.ts";
export * from "./hints.ts";
export * from "./judge.ts";
export * from "./judge_trust.ts";
export * from "./policy_conditions.ts";
export * from "./sds_troubles.ts";
export * from "./trusted_time.ts";
