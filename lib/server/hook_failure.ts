import type { FailureAction, FailureKind, FailureScope, Hook, PolicyMutation } from "../model/mod.ts";

/** What failed in a call, and what was done about it; one for each mutation and kind. */
export interface HookFailure {
  readonly hook: Hook;
  /** `null`: the hook itself, outside of any mutation. */
  readonly mutation: PolicyMutation | null;
  readonly kind: FailureKind;
  readonly action: FailureAction;
  /** How far the 500 reaches; `null` where there is none. */
  readonly scope: FailureScope | null;
  /** How many managers, virtual hosts, routes or clusters it is about. */
  readonly targets: number;
  /** The first of them in words; empty if there is none. */
  readonly place: string;
  /** What went wrong with it. */
  readonly message: string;
}
