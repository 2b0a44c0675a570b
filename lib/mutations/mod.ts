/**
 * The changes that certgate makes to a snapshot, each as a plan: data that says what is to be done, made by pure code.
 *
 * Nothing here touches bytes (that is `xds/`) and nothing here judges a certificate (that is `health/`).
 *
 * @module
 */
export { emptyPlan, planPrune } from "./prune.ts";
export type { PruneOptions, VerdictOf } from "./prune_options.ts";
