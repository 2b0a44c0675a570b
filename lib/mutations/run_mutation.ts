import type { PolicyEntry, PolicyMutation, PolicyStep } from "../model/mod.ts";
import { planConnectorClusters } from "./connector_clusters.ts";
import { planConnectorRoutes } from "./connector_routes.ts";
import { keysOf } from "./_keys.ts";
import { lintSteps } from "./lint_steps.ts";
import { planLocalReplies } from "./local_reply.ts";
import { targetKey } from "./_places.ts";
import type { PolicyContext } from "./policy_context.ts";
import { Late, messageOf, Run, type RunOptions } from "./_run.ts";
import { targetOfStep } from "./_target_of_step.ts";
import type { MutationFailure, MutationResult } from "./target.ts";
import { targetsOf } from "./targets_of.ts";
import { planVpcBinds } from "./vpc_bind.ts";
import { planWafListeners } from "./waf_listener.ts";
import { planWafRoutes } from "./waf_route.ts";

const PLANS: Readonly<Record<PolicyMutation, (run: Run) => void>> = {
  wafListener: planWafListeners,
  localReply: planLocalReplies,
  wafRoute: planWafRoutes,
  connectorClusters: planConnectorClusters,
  connectorRoutes: planConnectorRoutes,
  vpcBind: planVpcBinds,
};

/**
 * Plans one mutation of policy objects.
 *
 * - A target that fails is alone: it has no step, and the others of the mutation go on.
 * - The linter looks at every step against the snapshot; the targets of those that Envoy would refuse fail with `lint`.
 * - What does not read fails with `malformed` and goes out as it came.
 * - Once `isLate` says yes, all that is left fails with `deadline`.
 * - Planning the answer again gives no step, unless `compat` is `nso`. Never throws, whatever the bytes are.
 */
export function runMutation(
  name: PolicyMutation,
  context: PolicyContext,
  options: RunOptions = {},
): MutationResult {
  const run = new Run(context, options);
  try {
    PLANS[name](run);
  } catch (error) {
    failRest(name, run, error);
  }
  const { steps, failures } = lint(run);
  return {
    mutation: name,
    steps,
    failures,
    get applied() {
      return appliedBy(steps, run.standing);
    },
    get keys() {
      return keysOf(steps);
    },
  };
}

function appliedBy(steps: readonly PolicyStep[], standing: ReadonlySet<PolicyEntry>): PolicyEntry[] {
  const applied = new Set(standing);
  for (const step of steps) if (step.kind === "stamp_route" && step.policy !== null) applied.add(step.policy);
  return [...applied];
}

/** What has neither a step nor a failure yet is what is left. */
function failRest(name: PolicyMutation, run: Run, error: unknown): void {
  const late = error instanceof Late;
  const message = late ? "the time was over" : messageOf(error);
  const done = new Set(run.steps.map((step) => targetKey(targetOfStep(step, run.context))));
  for (const { target } of run.failures) done.add(targetKey(target));
  for (const target of targetsOf(name, run.context)) {
    if (!done.has(targetKey(target))) run.fail(target, late ? "deadline" : "threw", message);
  }
}

function lint({ steps, failures, context }: Run): Pick<MutationResult, "steps" | "failures"> {
  const problems = lintSteps(steps, context);
  if (problems.size === 0) return { steps, failures };
  const failed = new Map<string, MutationFailure>();
  for (const [step, message] of problems) {
    const target = targetOfStep(step, context);
    const key = targetKey(target);
    if (!failed.has(key)) failed.set(key, { target, kind: "lint", message });
  }
  return {
    steps: steps.filter((step) => !failed.has(targetKey(targetOfStep(step, context)))),
    failures: [...failures, ...failed.values()],
  };
}
