import type { ObjectKey, Plan } from "../model/mod.ts";
import type { Metrics } from "../outputs/mod.ts";
import { readSnapshot, type Snapshot } from "../xds/mod.ts";
import { answerCall, type PhaseTimer, wantsPolicy } from "./_answer_call.ts";
import { appliedPolicies } from "./_count_mutations.ts";
import { Deadline } from "./_deadline.ts";
import { judgeMaterials } from "./_judge_materials.ts";
import type { PlannedMutation } from "./_plan_policy.ts";
import { routeAttributes, snapshotAttributes } from "./_span_attributes.ts";
import { HookError } from "./hook_error.ts";
import type { HookFailure } from "./hook_failure.ts";
import { inSpan } from "./tracing.ts";
import type { TranslateParts } from "./translate_parts.ts";

export type { PlannedMutation, TranslateParts };

/** What one PostTranslateModify call came to. */
export interface Translation {
  /** Serialized PostTranslateModifyResponse. */
  readonly answer: Uint8Array;
  readonly snapshot: Snapshot;
  /** What pruning does. */
  readonly plan: Plan;
  /** What policy objects do, in the order in which it is done; empty where there are none. */
  readonly mutations: readonly PlannedMutation[];
  /** What failed, and what was done about it. */
  readonly failures: readonly HookFailure[];
  /** Generation of each policy that routes of the answer carry, by "namespace/name". */
  readonly applied: ReadonlyMap<ObjectKey, number>;
  /** Whether the answer is another than the request. */
  readonly changed: boolean;
  readonly requestBytes: number;
  /** Mutations that failed and were undone alone. */
  readonly reverted: readonly string[];
}

/**
 * One snapshot through view, verdicts, mutations, pruning and answer.
 *
 * - There is an answer within the deadline whatever hangs: verdicts that are not there by then are the rules' own, and a
 *   mutation that is late is answered by its failure policy.
 * - A mutation that fails is undone alone, and its failure policy decides about the rest.
 * - A request that does not read is refused, because an answer to a part of it would delete the rest.
 *
 * @param request Serialized PostTranslateModifyRequest; its bytes may be used up for the answer.
 * @throws HookError if the request is not a message, or a failure policy says that there is no answer.
 */
export function translate(request: Uint8Array, parts: TranslateParts): Promise<Translation> {
  return inSpan("handler", {}, async (span) => {
    const timer = phaseTimer(parts.metrics);
    const requestBytes = request.byteLength;
    const deadline = new Deadline(parts.generation.config.hook.deadline, parts.waited);
    const snapshot = await inSpan("index_build", {}, async () => {
      const snapshot = readSnapshot(request);
      if (!snapshot.intact) throw unreadable();
      await judgeMaterials(snapshot, parts, { deadline, found: () => timer.end("read") });
      timer.end("judge");
      return snapshot;
    });
    span.set(() => snapshotAttributes(snapshot));
    if (wantsPolicy(parts.generation)) span.set(() => routeAttributes(snapshot));
    const call = { hook: "PostTranslateModify", snapshot, parts, deadline } as const;
    const { answer, plan, policy: { mutations, failures }, changed, reverted } = await answerCall(
      call,
      timer,
    );
    const applied = appliedPolicies(mutations);
    return { answer, snapshot, plan, mutations, failures, applied, changed, requestBytes, reverted };
  });
}

function unreadable(): HookError {
  return new HookError(
    ["malformed"],
    "Cannot read the snapshot: the message breaks off or is no message",
  );
}

function phaseTimer(metrics: Metrics): PhaseTimer {
  let last = performance.now();
  let index = 0;
  return {
    end(phase) {
      const now = performance.now();
      const seconds = (now - last) / 1000;
      last = now;
      metrics.observe("certgate_phase_duration_seconds", seconds, { phase });
      if (phase === "read") index = seconds;
      if (phase === "judge") showPhase("index_build", index + seconds);
      if (phase === "mutate") showPhase("mutate", seconds);
    },
  };

  function showPhase(phase: string, seconds: number): void {
    metrics.observe("nso_extension_phase_duration_seconds", seconds, { phase });
  }
}
