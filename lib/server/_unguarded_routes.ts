import type { FailureKind, PolicyMutation } from "../model/mod.ts";
import type { PolicyContext, Target } from "../mutations/mod.ts";
import type { MutationCode } from "./_mutation_code.ts";

/**
 * What must not go on where Envoy has no filter for the firewall at all: the routes under a policy. Without the filter
 * everything else of a listener serves as before, so a 500 in its place is for those routes alone.
 *
 * @param failed What failed.
 * @returns `null` where it is something else that failed, or the routes are not to be seen.
 */
export function unguardedRoutes(
  { mutation, kind }: { readonly mutation: PolicyMutation; readonly kind: FailureKind },
  context: PolicyContext,
  code: MutationCode,
): readonly Target[] | null {
  if (!context.wafProblem || !context.whole || mutation !== "wafListener" || kind !== "lint") return null;
  const { failures } = code.runMutation("wafRoute", context);
  return failures.flatMap(({ kind, target }) => kind === "lint" ? [target] : []);
}
