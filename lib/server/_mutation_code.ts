import type { FailureScope, PolicyMutation, PolicyStep } from "../model/mod.ts";
import {
  type MutationResult,
  planFailure,
  type PolicyContext,
  runMutation,
  type RunOptions,
  type Target,
  targetsOf,
} from "../mutations/mod.ts";

/** The mutations of policy objects, as a call uses them. */
export interface MutationCode {
  /** Plans one of them. */
  runMutation(name: PolicyMutation, context: PolicyContext, options?: RunOptions): MutationResult;
  /** Everything that one of them would touch. */
  targetsOf(name: PolicyMutation, context: PolicyContext): readonly Target[];
  /** Steps that answer 500 in place of what the targets serve. */
  planFailure(targets: readonly Target[], scope: FailureScope, context: PolicyContext): readonly PolicyStep[];
}

const REAL: MutationCode = { runMutation, targetsOf, planFailure };

/** The mutations that a call runs. */
export function codeOf({ mutations = REAL }: { readonly mutations?: MutationCode }): MutationCode {
  return mutations;
}
