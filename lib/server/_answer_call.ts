import type { Material, Plan, PolicyStep } from "../model/mod.ts";
import { emptyPlan, isStandIn, planPrune } from "../mutations/mod.ts";
import { type AnyStep, applyPlan } from "../xds/mod.ts";
import { askForFilter } from "./_ask_for_filter.ts";
import { pause } from "./_deadline.ts";
import { hookPolicy } from "./_failure_policy.ts";
import { codeOf } from "./_mutation_code.ts";
import {
  contextOf,
  type HookCall,
  MUTATIONS_END,
  MUTATIONS_OF,
  NO_POLICY_PLAN,
  planPolicy,
  type PolicyPlan,
  tryPlan,
} from "./_plan_policy.ts";
import { pruneAttributes } from "./_span_attributes.ts";
import { messageOf } from "./_words.ts";
import { HookError } from "./hook_error.ts";
import type { HookFailure } from "./hook_failure.ts";
import { inSpan } from "./tracing.ts";
import type { Generation } from "./generation.ts";

/** What a call comes to. */
export interface Answered {
  /** A serialized PostTranslateModifyResponse. */
  readonly answer: Uint8Array;
  /** What pruning does. */
  readonly plan: Plan;
  readonly policy: PolicyPlan;
  /** Mutations that failed and were undone alone, pruning included. */
  readonly reverted: readonly string[];
  /** Whether the answer is another than the request. */
  readonly changed: boolean;
}

/** Told when a part of the work is done. */
export interface PhaseTimer {
  end(phase: "read" | "judge" | "mutate" | "plan" | "apply"): void;
}

/** Whether policy objects, or a page, ask for anything; if not, neither routes nor managers are read at all. */
export function wantsPolicy({ config, policy: { index, settings } }: Generation): boolean {
  return config.features.policy && (!index.isEmpty || settings.waf !== null || settings.localReply !== null);
}

/**
 * From a snapshot whose materials are judged to its answer: mutations, pruning, bytes.
 *
 * - Pruning is in every answer, whatever became of the mutations, and cannot fail: what it throws undoes it alone, unless
 *   a placeholder would go out then.
 * - What fails outside of a mutation is answered by the failure policy of the hook.
 *
 * @throws HookError where a failure policy says `closed`, or a placeholder would go out.
 */
export function answerCall(call: HookCall, timer: PhaseTimer): Promise<Answered> {
  return inSpan("mutate", {}, async () => {
    const policy = await planOrUndo(call);
    timer.end("mutate");
    const { plan, failed } = inSpan("tls.prune", {}, (span) => {
      const pruned = pruneOrUndo(call);
      span.set(() => pruneAttributes(pruned.plan));
      return pruned;
    });
    timer.end("plan");
    const applied = applyOrUndo(call, plan, policy);
    timer.end("apply");
    const names = applied.policy.failures.flatMap(({ mutation }) => mutation === null ? [] : [mutation]);
    return { ...applied, plan, reverted: [...new Set([...names, ...failed])] };
  });
}

async function planOrUndo(call: HookCall): Promise<PolicyPlan> {
  const { hook, parts: { faults, generation, metrics, log }, deadline } = call;
  const fault = faults?.take(`hook=${hook}`);
  if (fault === "hang") {
    await pause(deadline.until(MUTATIONS_END));
    metrics.add("certgate_hook_deadline_exceeded_total");
    return undo(call, { kind: "deadline", message: "the call did not end in time" });
  }
  if (fault === "throw") return undo(call, { kind: "threw", message: "a fault was injected" });
  if (!wantsPolicy(generation)) return NO_POLICY_PLAN;
  try {
    await askForFilter(generation, deadline);
    return await planPolicy(call);
  } catch (error) {
    if (error instanceof HookError) throw error;
    metrics.add("certgate_hook_panics_total");
    log.error("planning what policy objects change failed", { hook, error });
    return undo(call, { kind: "threw", message: messageOf(error) });
  }
}

/** What the failure policy of the hook says where all of it failed. */
function undo(call: HookCall, why: Pick<HookFailure, "kind" | "message">): PolicyPlan {
  const { hook, parts } = call;
  const { action, scopeOf } = hookPolicy(parts.generation.config, hook);
  const base = { ...why, hook, mutation: null, targets: 0, place: "" };
  if (action === "open") return { ...NO_POLICY_PLAN, failures: [{ ...base, action, scope: null }] };
  const code = codeOf(parts);
  const context = contextOf(call);
  let targets = 0;
  const failSteps = action === "closed" ? [] : tryPlan(() =>
    MUTATIONS_OF[hook].flatMap((mutation) => {
      const own = code.targetsOf(mutation, context);
      targets += own.length;
      return [...code.planFailure(own, scopeOf(mutation), context)];
    })
  );
  // Where there is nothing that it would have touched, nothing has to be stopped.
  if (action === "http500" && failSteps !== null && (failSteps.length > 0 || targets === 0)) {
    const scope = scopeOf(MUTATIONS_OF[hook][0] ?? "wafRoute");
    return { mutations: [], failures: [{ ...base, action, scope, targets }], failSteps };
  }
  const failure = { ...base, action: "closed", scope: null } as const;
  throw new HookError([why.kind], `Cannot answer ${hook}: ${why.message}`, [failure]);
}

function pruneOrUndo({ hook, snapshot, parts }: HookCall): { plan: Plan; failed: readonly string[] } {
  const { generation: { config, store }, throwaways, metrics, log, dark, sds } = parts;
  const now = parts.at ?? parts.clock();
  try {
    // An answer without its one resource means that it stays as it is.
    const whenEmpty = hook === "PostTranslateModify" ? config.whenEmpty : "park";
    const neverGate = new Set(config.neverGate);
    const verdictOf = (material: Material) => store.verdictOf(material, now);
    const { onDark } = config;
    return {
      plan: planPrune(snapshot, verdictOf, { whenEmpty, onDark, neverGate, throwaways, dark, sds }),
      failed: [],
    };
  } catch (error) {
    metrics.add("certgate_hook_panics_total");
    metrics.add("certgate_mutation_reverted_total", { mutation: "prune" });
    // Undone, it would let them reach Envoy; without an answer Envoy Gateway goes on with the last one.
    if (snapshot.secrets.some(({ material }) => isStandIn(material))) {
      const message = `Cannot answer ${hook}: pruning failed, and there are placeholders: ${
        messageOf(error)
      }`;
      throw new HookError(["threw"], message);
    }
    log.error("a mutation failed and was undone, the rest of the answer goes out", {
      mutation: "prune",
      error,
    });
    return { plan: emptyPlan(), failed: ["prune"] };
  }
}

type Applied = Pick<Answered, "answer" | "policy" | "changed">;

function applyOrUndo(call: HookCall, plan: Plan, policy: PolicyPlan): Applied {
  const { hook, parts: { metrics, log } } = call;
  try {
    return apply(call, plan, policy);
  } catch (error) {
    metrics.add("certgate_hook_panics_total");
    log.error("making the answer failed", { hook, error });
    const undone = undo(call, { kind: "threw", message: messageOf(error) });
    const failures = [...policy.failures, ...undone.failures];
    return apply(call, plan, { ...undone, failures });
  }
}

function apply({ snapshot, parts: { throwaways, sds } }: HookCall, plan: Plan, policy: PolicyPlan): Applied {
  const own = stepsOf(policy);
  const steps: readonly AnyStep[] = own.length === 0 ? plan.steps : [...own, ...plan.steps];
  const answer = applyPlan(snapshot, { steps }, {
    throwaways,
    pairOf: (name) => sds?.pairOf?.(name) ?? null,
    consume: true,
  });
  return { answer, policy, changed: steps.length > 0 };
}

function stepsOf({ mutations, failSteps }: PolicyPlan): PolicyStep[] {
  return [...mutations.flatMap(({ steps, failSteps }) => [...steps, ...failSteps]), ...failSteps];
}
