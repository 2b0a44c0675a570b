/**
 * The changes that certgate makes to a snapshot, each as a plan: data that says what is to be done, made by pure code.
 *
 * Nothing here touches bytes (that is `xds/`), nothing judges a certificate (that is `health/`), and nothing decides
 * which policy governs what (that is `policy/`).
 *
 * @module
 */
export { emptyPlan, planPrune } from "./prune.ts";
export type { PruneOptions, VerdictOf } from "./prune_options.ts";
export { isStandIn } from "./stand_in.ts";
export { runMutation } from "./run_mutation.ts";
export type { RunOptions } from "./_run.ts";
export { targetsOf } from "./targets_of.ts";
export { planFailure } from "./plan_failure.ts";
export { FAILURE_BODY } from "./_failure_steps.ts";
export { lintSteps } from "./lint_steps.ts";
export { OFFLINE_BODY } from "./connector_routes.ts";
export type { PolicyContext, PolicySettings } from "./policy_context.ts";
export {
  KEY_FAMILIES,
  type KeyFamily,
  type MutationFailure,
  type MutationResult,
  type Target,
} from "./target.ts";
export {
  BUILT_IN_PAGE,
  checkPage,
  escapePage,
  findBarePercent,
  makeLocalReply,
  PAGE_OPERATORS,
} from "./local_reply_page.ts";
