import type { PolicyStep } from "../model/mod.ts";
import type { KeyFamily, MutationResult } from "./target.ts";

/** Names of what the steps change, sorted, each once. */
export function keysOf(steps: readonly PolicyStep[]): MutationResult["keys"] {
  const found = new Map<string, { readonly family: KeyFamily; readonly key: string }>();
  for (const step of steps) {
    const one = keyOf(step);
    if (one !== null) found.set(`${one.family} ${one.key}`, one);
  }
  return [...found.keys()].sort().map((name) => found.get(name)!);
}

function keyOf(step: PolicyStep): { readonly family: KeyFamily; readonly key: string } | null {
  switch (step.kind) {
    case "insert_waf_filter":
      return { family: "waf_hcm", key: managerKey(step) };
    case "set_local_reply":
      return { family: "local_reply", key: managerKey(step) };
    case "stamp_route":
      return step.policy === null ? null : { family: "waf_route", key: routeKey(step, step.routeName) };
    case "replace_cluster":
      return { family: "connector_cluster", key: step.clusterName };
    case "bind_cluster":
      return { family: "vpc_bind", key: step.clusterName };
    case "add_connect_route":
      return { family: "connector_route", key: routeKey(step, step.name) };
    case "add_offline_route":
      return { family: "connector_offline", key: routeKey(step, step.name) };
    case "refuse_route":
      return { family: "connector_offline", key: routeKey(step, step.routeName) };
    default:
      return null;
  }
}

type Manager = Extract<PolicyStep, { readonly kind: "insert_waf_filter" | "set_local_reply" }>;

/** E.g. `tcp-443 chain 0 filter 1`. */
function managerKey({ listenerName, chain, filter }: Manager): string {
  return `${listenerName} chain ${chain} filter ${filter}`;
}

/** Route configuration, virtual host and route, with spaces between: their names have slashes. */
function routeKey(
  { routeConfigName, virtualHostName }: {
    readonly routeConfigName: string;
    readonly virtualHostName: string;
  },
  route: string,
): string {
  return `${routeConfigName} ${virtualHostName} ${route}`;
}
