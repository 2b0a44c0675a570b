import type { Hook } from "../model/mod.ts";
import { echoResource, readSnapshot, unwrapAnswer, wrapResource } from "../xds/mod.ts";
import { answerCall, type PhaseTimer, wantsPolicy } from "./_answer_call.ts";
import { Deadline } from "./_deadline.ts";
import { judgeMaterials } from "./_judge_materials.ts";
import type { PlannedMutation } from "./_plan_policy.ts";
import { messageOf } from "./_words.ts";
import { HookError } from "./hook_error.ts";
import type { HookFailure } from "./hook_failure.ts";
import type { TranslateParts } from "./translate_parts.ts";

/** The hooks that carry one resource. */
export type ResourceHook = Exclude<Hook, "PostTranslateModify">;

/** What the call of a small hook came to. */
export interface Modification {
  /** The serialized response of the hook. */
  readonly answer: Uint8Array;
  readonly mutations: readonly PlannedMutation[];
  readonly failures: readonly HookFailure[];
  readonly changed: boolean;
  /** Mutations that failed and were undone alone. */
  readonly reverted: readonly string[];
}

// Nothing in a route or a virtual host is a certificate, and the whole snapshot comes by later.
const PRUNED: ReadonlySet<Hook> = new Set(["PostHTTPListenerModify", "PostClusterModify"]);

/**
 * One resource through the same mutations and the same pruning as a whole snapshot, as far as its message allows: for
 * who switches on only some of the hooks. What is applied here is found done when the snapshot comes.
 *
 * - Where nothing is to be done the answer has the resource byte for byte, so that a chain of extension managers can go
 *   on with it. Endpoints always go out so.
 * - A listener whose every chain has a bad certificate of its own is parked: this hook cannot take it away.
 *
 * @param request A serialized `Post…ModifyRequest`.
 * @throws HookError if the request is no message, or a failure policy says that there is no answer.
 */
export async function modifyResource(
  hook: ResourceHook,
  request: Uint8Array,
  parts: TranslateParts,
): Promise<Modification> {
  const deadline = new Deadline(parts.generation.config.hook.deadline, parts.waited);
  const { echo, wrapped } = unpack(hook, request);
  const unchanged = { answer: echo, mutations: [], failures: [], changed: false, reverted: [] };
  if (!parts.generation.config.features.policy) return unchanged;
  const wanted = wrapped !== null && (wantsPolicy(parts.generation) || PRUNED.has(hook));
  if (!wanted && parts.faults === undefined) return unchanged;
  const snapshot = readSnapshot(wrapped ?? new Uint8Array(0));
  await judgeMaterials(snapshot, parts, { deadline, found: () => {} });
  const { answer, policy, changed, reverted } = await answerCall(
    { hook, snapshot, parts, deadline },
    NO_TIMER,
  );
  const { mutations, failures } = policy;
  return { answer: changed ? unwrapAnswer(hook, answer) : echo, mutations, failures, changed, reverted };
}

const NO_TIMER: PhaseTimer = { end: () => {} };

function unpack(hook: Hook, request: Uint8Array): { echo: Uint8Array; wrapped: Uint8Array | null } {
  try {
    return { echo: echoResource(request), wrapped: wrapResource(hook, request) };
  } catch (error) {
    throw new HookError(["malformed"], messageOf(error));
  }
}
