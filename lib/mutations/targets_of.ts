import type { PolicyMutation } from "../model/mod.ts";
import { isTunnelled } from "./connector_clusters.ts";
import { ConnectorNames, surveyHost } from "./_connector_names.ts";
import { lacksLocalReply } from "./local_reply.ts";
import { clusterPlace, isFrame, managerTarget, routePlace, virtualHostPlace } from "./_places.ts";
import type { PolicyContext } from "./policy_context.ts";
import type { Target } from "./target.ts";
import { isBound } from "./vpc_bind.ts";
import { lacksWafFilter } from "./waf_listener.ts";
import { governingHost } from "./waf_route.ts";

/**
 * Everything that a mutation is responsible for in a snapshot: what fails where the mutation fails as a whole. Nothing is
 * planned here; targets that do not read are left out, since nothing can be done about them.
 *
 * Never throws: where not even that can be told it is everything of the kind that the mutation changes.
 */
export function targetsOf(name: PolicyMutation, context: PolicyContext): Target[] {
  try {
    return findTargets(name, context);
  } catch {
    return everything(name, context);
  }
}

function everything(name: PolicyMutation, { snapshot }: PolicyContext): Target[] {
  switch (name) {
    case "wafListener":
    case "localReply":
      return snapshot.httpManagers.map(managerTarget);
    case "connectorClusters":
    case "vpcBind":
      return snapshot.clusters.map((one) => ({ kind: "cluster", ...clusterPlace(one) }));
    case "wafRoute":
    case "connectorRoutes":
      return snapshot.routeConfigs.flatMap((config) =>
        config.virtualHosts.map((
          host,
        ) => ({ kind: "virtualHost", ...virtualHostPlace(config, host) } as const))
      );
  }
}

function findTargets(name: PolicyMutation, context: PolicyContext): Target[] {
  const { snapshot, index, settings } = context;
  switch (name) {
    case "wafListener":
      return snapshot.httpManagers.filter((one) => lacksWafFilter(one, context)).map(managerTarget);
    case "localReply":
      return snapshot.httpManagers.filter((one) => lacksLocalReply(one, context)).map(managerTarget);
    case "wafRoute":
      return index.isEmpty ? [] : governedRoutes(context);
    case "connectorClusters":
      return index.connectors === 0 ? [] : clusters(context, isTunnelled);
    case "connectorRoutes":
      return index.connectors === 0 ? [] : connectorHosts(context, settings.compat === "nso");
    case "vpcBind":
      return index.devices === 0 ? [] : clusters(context, (one) => !one.malformed && isBound(one, context));
  }
}

type Clusters = PolicyContext["snapshot"]["clusters"];

function clusters(
  context: PolicyContext,
  isOurs: (one: Clusters[number], context: PolicyContext) => boolean,
): Target[] {
  return context.snapshot.clusters.filter((one) => isOurs(one, context))
    .map((one) => ({ kind: "cluster", ...clusterPlace(one) }));
}

function governedRoutes(context: PolicyContext): Target[] {
  const targets: Target[] = [];
  for (const config of context.snapshot.routeConfigs) {
    for (const host of config.virtualHosts) {
      if (config.malformed || host.malformed) continue;
      const { gateway, shared } = governingHost(host, context);
      if (gateway === null ? !isFrame(host, context) : shared === null) continue;
      for (const route of host.routes) {
        if (!route.malformed) targets.push({ kind: "route", ...routePlace(config, host, route) });
      }
    }
  }
  return targets;
}

function connectorHosts(context: PolicyContext, nso: boolean): Target[] {
  const targets: Target[] = [];
  const names = new ConnectorNames(context);
  for (const config of context.snapshot.routeConfigs) {
    for (const host of config.virtualHosts) {
      if (config.malformed || host.malformed) continue;
      const { cluster, offline } = surveyHost(host, names, nso);
      if (cluster === null) continue;
      if (!isFrame(host, context)) targets.push({ kind: "virtualHost", ...virtualHostPlace(config, host) });
      for (const route of offline) {
        if (!route.malformed) targets.push({ kind: "route", ...routePlace(config, host, route) });
      }
    }
  }
  return targets;
}
