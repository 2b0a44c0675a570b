import type { FailureScope, PolicyStep } from "../model/mod.ts";
import { ConnectorNames } from "./_connector_names.ts";
import { FailureSteps } from "./_failure_steps.ts";
import type { PolicyContext } from "./policy_context.ts";
import type { Target } from "./target.ts";

/**
 * Plans the answer 500 in place of what failed targets serve.
 *
 * | scope | what answers 500 |
 * |---|---|
 * | `route` | the routes that fail; all routes of a manager that fails; of a virtual host that fails those to connectors, all of it where there are none |
 * | `virtualHost` | the virtual hosts of those |
 * | `listener` | everything that the listeners serve which ask for the route configurations of those |
 * | `everything` | every virtual host, and every manager that has its routes elsewhere, but for Envoy Gateway's listeners for readiness and statistics |
 *
 * - A cluster that fails means the routes that lead to it, weighted ones too.
 * - A manager that does not get its routes by RDS, or whose route configuration is not in the snapshot, answers 500 itself.
 * - Where the snapshot has no listeners (a small hook) the route configurations of the targets are what there is; a route
 *   that comes alone is all that can fail there.
 *
 * @returns each place once; nothing where the snapshot has no route of the targets, as in the hook of a cluster.
 */
export function planFailure(
  targets: readonly Target[],
  scope: FailureScope,
  context: PolicyContext,
): PolicyStep[] {
  const failure = new FailureSteps(context);
  if (targets.length === 0) return failure.steps;
  if (scope === "everything") return failure.everything();
  const clusters = new Set<string>();
  for (const target of targets) {
    if (target.kind === "cluster") clusters.add(target.clusterName);
    else if (target.kind === "httpManager") failure.manager(target, scope);
    else if (target.kind === "route") {
      failure.route(target.routeConfig, target.virtualHost, target.route, scope);
    } else failHost(target, scope, { failure, context });
  }
  if (clusters.size > 0) failClusters(clusters, scope, { failure, context });
  return failure.steps;
}

interface Parts {
  readonly failure: FailureSteps;
  readonly context: PolicyContext;
}

function failHost(
  { routeConfig, virtualHost }: Extract<Target, { readonly kind: "virtualHost" }>,
  scope: FailureScope,
  { failure, context }: Parts,
): void {
  if (scope !== "route") return failure.host(routeConfig, virtualHost, scope);
  const names = new ConnectorNames(context);
  const routes = context.snapshot.routeConfigs[routeConfig]?.virtualHosts[virtualHost]?.routes ?? [];
  const own = routes.filter((route) => names.firstOf(route) !== null);
  if (own.length === 0) failure.host(routeConfig, virtualHost, "virtualHost");
  for (const { place } of own) failure.route(routeConfig, virtualHost, place, scope);
}

function failClusters(names: ReadonlySet<string>, scope: FailureScope, { failure, context }: Parts): void {
  for (const { index, virtualHosts } of context.snapshot.routeConfigs) {
    for (const host of virtualHosts) {
      for (const route of host.routes) {
        if (route.clusters.some((name) => names.has(name))) {
          failure.route(index, host.place, route.place, scope);
        }
      }
    }
  }
}
