import type { PolicyStep } from "../model/mod.ts";
import type { PolicyContext } from "./policy_context.ts";
import type { Target } from "./target.ts";

/** What a step changes. */
export function targetOfStep(step: PolicyStep, { snapshot }: PolicyContext): Target {
  if ("clusterName" in step) {
    return { kind: "cluster", cluster: step.cluster, clusterName: step.clusterName };
  }
  if ("listener" in step) {
    const { listener, listenerName, chain, filter } = step;
    const manager = snapshot.httpManagers.find((one) =>
      one.listener === listener && one.chain === chain && one.filter === filter
    );
    const routeConfigName = manager?.routes.kind === "rds" ? manager.routes.name : "";
    return { kind: "httpManager", listener, listenerName, chain, filter, routeConfigName };
  }
  const { routeConfig, routeConfigName, virtualHost, virtualHostName } = step;
  const host = { routeConfig, routeConfigName, virtualHost, virtualHostName };
  return "route" in step
    ? { kind: "route", ...host, route: step.route, routeName: step.routeName }
    : { kind: "virtualHost", ...host };
}
