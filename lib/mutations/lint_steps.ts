import type { PolicyStep } from "../model/mod.ts";
import { DomainLint } from "./_lint_domains.ts";
import { ManagerLint } from "./_lint_managers.ts";
import { RouteLint } from "./_lint_routes.ts";
import { lintCluster } from "./_lint_clusters.ts";
import type { PolicyContext } from "./policy_context.ts";

/**
 * Looks at the steps of one mutation for what Envoy would refuse, or would take without doing what was asked for:
 *
 * - a place that is not in the snapshot, a name that is empty where Envoy wants one;
 * - a domain that stands twice in a route configuration;
 * - a `%` in a format that is no operator;
 * - the Go filter where no filter stands behind it, or twice, and for an Envoy that is known to have none;
 * - directives on a route for a filter that no HTTP connection manager has (whole snapshots with managers only);
 * - a route to a cluster that is not there, a device of more than 15 bytes, a body of more than 4096.
 *
 * It knows nothing of how steps are made. Never throws.
 *
 * @returns for each bad step in words what is wrong with it.
 */
export function lintSteps(
  steps: readonly PolicyStep[],
  context: PolicyContext,
): ReadonlyMap<PolicyStep, string> {
  const problems = new Map<PolicyStep, string>();
  const lint = new Lint(context);
  for (const step of steps) {
    const problem = lint.check(step);
    if (problem !== "") problems.set(step, problem);
  }
  return problems;
}

class Lint {
  readonly #context: PolicyContext;
  readonly #managers: ManagerLint;
  readonly #routes: RouteLint;
  readonly #domains: DomainLint;

  constructor(context: PolicyContext) {
    this.#context = context;
    this.#managers = new ManagerLint(context.snapshot);
    this.#routes = new RouteLint(context);
    this.#domains = new DomainLint(context.snapshot);
  }

  check(step: PolicyStep): string {
    switch (step.kind) {
      case "insert_waf_filter":
        return this.#context.wafProblem || this.#managers.check(step);
      case "set_local_reply":
      case "fail_http_manager":
        return this.#managers.check(step);
      case "replace_cluster":
      case "bind_cluster":
        return lintCluster(step, this.#context.snapshot);
      case "add_connect_route":
        return this.#routes.check(step) || this.#domains.check(step);
      case "stamp_route":
        // The project's name alone is metadata, which every Envoy takes.
        return step.policy !== null && this.#context.wafProblem || this.#routes.check(step);
      default:
        return this.#routes.check(step);
    }
  }
}
