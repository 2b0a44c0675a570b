import type { FailureAction, FailureKind, Hook, PolicyMutation, PolicyStep } from "../model/mod.ts";
import type { MutationResult, PolicyContext, Target } from "../mutations/mod.ts";
import type { Snapshot } from "../xds/mod.ts";
import { type Deadline, pause } from "./_deadline.ts";
import { mutationPolicy } from "./_failure_policy.ts";
import { codeOf } from "./_mutation_code.ts";
import { MUTATION_SPANS, mutationAttributes } from "./_span_attributes.ts";
import { unguardedRoutes } from "./_unguarded_routes.ts";
import { messageOf, wordsOfTarget } from "./_words.ts";
import { HookError } from "./hook_error.ts";
import type { HookFailure } from "./hook_failure.ts";
import { inSpan } from "./tracing.ts";
import type { TranslateParts } from "./translate_parts.ts";

/** One hook call on its way. */
export interface HookCall {
  readonly hook: Hook;
  readonly snapshot: Snapshot;
  readonly parts: TranslateParts;
  readonly deadline: Deadline;
}

/** What a mutation came to, and what was done where it failed. */
export class PlannedMutation implements MutationResult {
  readonly #result: MutationResult;

  /** Adds what was done to what the mutation says. */
  constructor(
    result: MutationResult,
    /** The gravest of what was done; `null` where nothing failed. */
    readonly action: FailureAction | null,
    /** Answer 500 in place of what failed. */
    readonly failSteps: readonly PolicyStep[],
  ) {
    this.#result = result;
  }

  get mutation(): PolicyMutation {
    return this.#result.mutation;
  }

  get steps(): readonly PolicyStep[] {
    return this.#result.steps;
  }

  get failures(): MutationResult["failures"] {
    return this.#result.failures;
  }

  /** Policies that routes of the answer carry. */
  get applied(): MutationResult["applied"] {
    return this.#result.applied;
  }

  /** Put together only where somebody asks. */
  get keys(): MutationResult["keys"] {
    return this.#result.keys;
  }
}

/** What policy objects change in one answer. */
export interface PolicyPlan {
  readonly mutations: readonly PlannedMutation[];
  readonly failures: readonly HookFailure[];
  /** Steps of what failed outside of any mutation. */
  readonly failSteps: readonly PolicyStep[];
}

/** Nothing changes. */
export const NO_POLICY_PLAN: PolicyPlan = { mutations: [], failures: [], failSteps: [] };

/** The mutations that the message of a hook allows, in order. */
export const MUTATIONS_OF: Readonly<Record<Hook, readonly PolicyMutation[]>> = {
  PostRouteModify: ["wafRoute", "connectorRoutes"],
  PostVirtualHostModify: ["wafRoute", "connectorRoutes"],
  PostHTTPListenerModify: ["wafListener", "localReply"],
  PostClusterModify: ["connectorClusters", "vpcBind"],
  PostEndpointsModify: [],
  PostTranslateModify: [
    "wafListener",
    "localReply",
    "wafRoute",
    "connectorClusters",
    "connectorRoutes",
    "vpcBind",
  ],
};

/** Share of the deadline at which mutations have to be through: applying the steps of the largest snapshots takes less. */
export const MUTATIONS_END = 0.85;

/**
 * Runs the mutations of a hook, each undone alone where it fails.
 *
 * - What is late is answered by its failure policy: one that hangs may use up its share of the time and no more, so that
 *   the others still run.
 * - One that throws takes nobody else with it.
 *
 * @throws HookError where a failure policy says `closed`, or a 500 has no place to stand.
 */
export async function planPolicy(call: HookCall): Promise<PolicyPlan> {
  const names = MUTATIONS_OF[call.hook];
  const mutations: PlannedMutation[] = [];
  const failures: HookFailure[] = [];
  let context = contextOf(call);
  for (const [index, name] of names.entries()) {
    const share = call.deadline.until(MUTATIONS_END) / (names.length - index);
    const { result, failed } = await inSpan(MUTATION_SPANS[name], {}, async (span) => {
      const done = await runOne(name, context, { call, share });
      span.set(() => mutationAttributes(done.result));
      return done;
    });
    const settled = settle(call, context, { result, failed });
    failures.push(...settled.failures);
    const closed = settled.failures.filter(({ action }) => action === "closed");
    if (closed.length > 0) throw refusal(closed, failures);
    mutations.push(settled.planned);
    if (name === "connectorClusters") context = withoutClusters(context, failed);
  }
  return { mutations, failures, failSteps: [] };
}

/** What mutations look at. */
export function contextOf({ hook, snapshot, parts: { generation } }: HookCall): PolicyContext {
  const { policy, envoy: { goFilter } } = generation;
  return { snapshot, ...policy, whole: hook === "PostTranslateModify", wafProblem: goFilter?.problem };
}

/** Targets that failed for one reason; `null` where nobody can say which they are. */
interface FailedPart {
  readonly kind: FailureKind;
  readonly message: string;
  readonly targets: readonly Target[] | null;
}

interface Run {
  readonly result: MutationResult;
  readonly failed: readonly FailedPart[];
}

async function runOne(
  name: PolicyMutation,
  context: PolicyContext,
  { call, share }: { readonly call: HookCall; readonly share: number },
): Promise<Run> {
  const { parts: { faults, metrics, log }, deadline } = call;
  const fault = faults?.take(`mutation=${name}`) ?? undefined;
  if (fault === "hang") {
    await pause(share);
    return wholly(name, call, context, { kind: "deadline", message: "it did not end in time" });
  }
  try {
    const isLate = () => deadline.until(MUTATIONS_END) === 0;
    const result = codeOf(call.parts).runMutation(name, context, { fault, isLate });
    return { result, failed: byKind(result) };
  } catch (error) {
    metrics.add("certgate_hook_panics_total");
    log.error("a mutation threw", { mutation: name, error });
    return wholly(name, call, context, { kind: "threw", message: messageOf(error) });
  }
}

function wholly(
  mutation: PolicyMutation,
  { parts }: HookCall,
  context: PolicyContext,
  why: Pick<FailedPart, "kind" | "message">,
): Run {
  const result = { mutation, steps: [], failures: [], keys: [], applied: [] };
  try {
    const targets = codeOf(parts).targetsOf(mutation, context);
    // What it would not have touched has nothing to fail.
    return { result, failed: targets.length === 0 ? [] : [{ ...why, targets }] };
  } catch {
    return { result, failed: [{ ...why, targets: null }] };
  }
}

function byKind({ failures }: MutationResult): FailedPart[] {
  const parts = new Map<FailureKind, { kind: FailureKind; message: string; targets: Target[] }>();
  for (const { kind, message, target } of failures) {
    const part = parts.get(kind);
    if (part) part.targets.push(target);
    else parts.set(kind, { kind, message, targets: [target] });
  }
  return [...parts.values()];
}

function settle(
  { hook, parts }: HookCall,
  context: PolicyContext,
  { result, failed }: Run,
): { planned: PlannedMutation; failures: HookFailure[] } {
  const { mutation } = result;
  const { config } = parts.generation;
  const failures: HookFailure[] = [];
  const failSteps: PolicyStep[] = [];
  for (const { kind, message, targets } of failed) {
    const unguarded = unguardedRoutes({ mutation, kind }, context, codeOf(parts));
    const places = unguarded ?? targets;
    const { action, scope } = mutationPolicy(config, hook, { mutation, kind, narrow: unguarded !== null });
    const steps = action !== "http500" || places === null
      ? []
      : tryPlan(() => codeOf(parts).planFailure(places, scope, context)) ?? [];
    failSteps.push(...steps);
    failures.push({
      hook,
      mutation,
      kind,
      // A 500 that has no place to stand would let through what it should stop.
      action: action === "http500" && steps.length === 0 && unguarded?.length !== 0 ? "closed" : action,
      scope: action === "http500" && steps.length > 0 ? scope : null,
      targets: targets?.length ?? 0,
      place: targets === null || targets.length === 0 ? "" : wordsOfTarget(targets[0]),
      message,
    });
  }
  const action = GRAVEST.find((one) => failures.some(({ action }) => action === one)) ?? null;
  return { planned: new PlannedMutation(result, action, failSteps), failures };
}

const GRAVEST: readonly FailureAction[] = ["closed", "http500", "open"];

/** Planning a 500 is the last resort: what throws here has none, which is `null`. */
export function tryPlan(plan: () => readonly PolicyStep[]): readonly PolicyStep[] | null {
  try {
    return plan();
  } catch {
    return null;
  }
}

function refusal(closed: readonly HookFailure[], failures: readonly HookFailure[]): HookError {
  const [{ mutation, message, place, targets }] = closed;
  const where = place === "" ? "" : ` at ${place}${targets > 1 ? ` and ${targets - 1} more` : ""}`;
  // There is no answer in which the others could be left out or answer 500.
  const refused = failures.map((failure) => ({ ...failure, action: "closed", scope: null } as const));
  const kinds = closed.map(({ kind }) => kind);
  return new HookError(kinds, `Cannot apply ${mutation}${where}: ${message}`, refused);
}

/** Routes must not be led to a cluster that was not made. */
function withoutClusters(context: PolicyContext, failed: readonly FailedPart[]): PolicyContext {
  const targets = failed.flatMap(({ targets }) => targets ?? []);
  if (targets.length === 0) return context;
  const failedClusters = new Set(targets.flatMap((one) => one.kind === "cluster" ? [one.cluster] : []));
  return { ...context, failedClusters };
}
