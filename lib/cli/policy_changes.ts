import type {
  FailureAction,
  HttpManagerPlace,
  PolicyMutation,
  PolicyStep,
  PolicyTarget,
  ResourceRef,
} from "../model/mod.ts";
import type { IndexedPolicy } from "../policy/mod.ts";
import type { Snapshot } from "../xds/mod.ts";
import type { Change } from "./change.ts";

/** What a mutation came to. */
export interface ShownMutation {
  readonly mutation: PolicyMutation;
  readonly steps: readonly PolicyStep[];
  /** What its failure policy did; `null` where nothing failed. */
  readonly action: FailureAction | null;
  /** Answer 500 in place of what failed. */
  readonly failSteps: readonly PolicyStep[];
}

/** What policy steps are looked up in. */
export interface PolicyGrounds {
  /** The request, unchanged. */
  readonly snapshot: Snapshot;
  readonly policies: readonly IndexedPolicy[];
}

/** What policy objects change, in the order of the mutations. */
export function policyChanges(mutations: readonly ShownMutation[], grounds: PolicyGrounds): Change[] {
  return mutations.flatMap(({ mutation, steps, failSteps }) => [
    ...steps.map((step) => ({ ...describe(step, grounds), mutation })),
    ...failSteps.map((step) => ({
      ...describe(step, grounds),
      why: [`${mutation} failed here, and its failure policy is http500`],
      mutation,
    })),
  ]);
}

type Described = Omit<Change, "mutation">;

function describe(step: PolicyStep, grounds: PolicyGrounds): Described {
  switch (step.kind) {
    case "insert_waf_filter":
    case "set_local_reply":
    case "fail_http_manager":
      return describeManagerStep(step, grounds);
    case "stamp_route":
    case "refuse_route":
      return describeRouteStep(step, grounds);
    case "replace_cluster":
    case "bind_cluster":
      return describeClusterStep(step, grounds);
    case "add_connect_route":
    case "add_offline_route":
    case "fail_virtual_host":
      return describeVirtualHostStep(step, grounds);
  }
}

function describeManagerStep(
  step: Extract<PolicyStep, { readonly kind: "insert_waf_filter" | "set_local_reply" | "fail_http_manager" }>,
  { snapshot }: PolicyGrounds,
): Described {
  const manager = snapshot.httpManagers.find(({ listener, chain, filter }) =>
    listener === step.listener && chain === step.chain && filter === step.filter
  );
  const filters = manager?.httpFilters ?? [];
  const base = {
    resource: `listener ${step.listenerName}`,
    part: chainText(step, snapshot),
    sign: "changed" as const,
    was: "",
  };
  if (step.kind === "insert_waf_filter") {
    const { filterName, libraryPath } = step.waf;
    return {
      ...base,
      what:
        "the firewall's filter first in its HTTP connection manager, switched off until a route switches it on",
      was: filters.join(", "),
      now: [filterName, ...filters].join(", "),
      why: [`there are policies; Envoy loads ${libraryPath}`],
    };
  }
  if (step.kind === "set_local_reply") {
    const { body, contentType, minStatusCode, runtimeKey } = step.reply;
    return {
      ...base,
      what: "a page for answers that its HTTP connection manager makes itself",
      was: "no local reply",
      now:
        `status ${minStatusCode} or more (runtime key ${runtimeKey}): ${contentType}, ${body.length} characters`,
      why: ["policy.localReply is on"],
    };
  }
  const routes = manager?.routes;
  return {
    ...base,
    what: "answers everything with 500",
    was: routes?.kind === "rds" ? `routes from ${routes.name}` : "its own routes",
    now: "500",
    why: [],
  };
}

function chainText({ listener, chain }: HttpManagerPlace, snapshot: Snapshot): string {
  if (chain === "default") return "the default chain";
  const name = snapshot.listeners[listener]?.chains.find(({ place }) => place === chain)?.name;
  return `chain ${name || chain}`;
}

function describeVirtualHostStep(
  step: Extract<
    PolicyStep,
    { readonly kind: "add_connect_route" | "add_offline_route" | "fail_virtual_host" }
  >,
  { snapshot }: PolicyGrounds,
): Described {
  const host = snapshot.routeConfigs[step.routeConfig]?.virtualHosts[step.virtualHost];
  const resource = virtualHostText(step);
  if (step.kind === "fail_virtual_host") {
    const was = `${host?.routes.length ?? 0} routes`;
    return { resource, part: "every route", sign: "changed", what: "answers 500", was, now: "500", why: [] };
  }
  const part = `route ${step.name}, first`;
  const added = { resource, part, sign: "added" as const, was: "" };
  if (step.kind === "add_offline_route") {
    const what = "CONNECT is answered with 503";
    return { ...added, what, now: "503 Tunnel not online", why: ["the connector is offline"] };
  }
  return {
    ...added,
    what: "CONNECT goes to the connector",
    was: step.domain === null ? "" : `domains ${host?.domains.join(", ") ?? ""}`,
    now: `CONNECT to cluster ${step.cluster}` +
      (step.domain === null ? "" : `, and the domain ${step.domain}`),
    why: ["the connector is online"],
  };
}

function describeRouteStep(
  step: Extract<PolicyStep, { readonly kind: "stamp_route" | "refuse_route" }>,
  { snapshot, policies }: PolicyGrounds,
): Described {
  const host = snapshot.routeConfigs[step.routeConfig]?.virtualHosts[step.virtualHost];
  const route = host?.routes[step.route];
  const part = `route ${step.routeName || `number ${step.route + 1}`}`;
  const base = { resource: virtualHostText(step), part, sign: "changed" as const };
  if (step.kind === "refuse_route") {
    const clusters = route?.clusters ?? [];
    return {
      ...base,
      what: `answers ${step.status}`,
      was: clusters.length > 0 ? `to ${clusters.join(", ")}` : "another action",
      now: `${step.status} ${step.body}`.trimEnd(),
      why: step.status === 503 ? ["the connector behind it is offline"] : [],
    };
  }
  const project = step.project === "" ? "no project" : `project ${step.project}`;
  if (step.policy === null) {
    return { ...base, what: "the project's name", was: "", now: project, why: [] };
  }
  const { namespace, name: policyName, generation, mode, directives } = step.policy;
  const targets = policies.find(({ entry }) => entry === step.policy)?.targets ?? [];
  return {
    ...base,
    what: "under a policy",
    was: "",
    now:
      `${project}, ${namespace}/${policyName} generation ${generation}, ${mode}, ${directives.length} directives`,
    why: [whyGoverned(`${namespace}/${policyName}`, targets, route?.resource ?? null, host?.gateway ?? null)],
  };
}

function whyGoverned(
  policy: string,
  targets: readonly PolicyTarget[],
  route: ResourceRef | null,
  gateway: ResourceRef | null,
): string {
  const hits = (kind: PolicyTarget["kind"], ref: ResourceRef | null) =>
    ref !== null &&
    targets.some((target) =>
      target.kind === kind && target.name === ref.name &&
      (target.sectionName === "" || target.sectionName === ref.sectionName)
    );
  if (hits("HTTPRoute", route)) return `${policy} is attached to HTTPRoute ${route!.name}`;
  if (hits("Gateway", gateway)) return `${policy} is attached to Gateway ${gateway!.name}`;
  return `${policy} governs it`;
}

function describeClusterStep(
  step: Extract<PolicyStep, { readonly kind: "replace_cluster" | "bind_cluster" }>,
  { snapshot }: PolicyGrounds,
): Described {
  const base = { resource: `cluster ${step.clusterName}`, part: "", sign: "changed" as const };
  if (step.kind === "bind_cluster") {
    const was = snapshot.clusterDetails(step.cluster).bindDevice;
    return {
      ...base,
      what: "sockets are bound to a device",
      was: was ?? "as Envoy Gateway made it",
      now: step.device,
      why: ["the backend is an instance in a tenant's network"],
    };
  }
  const { address, nodeId } = step.tunnel;
  const before = snapshot.clusterDetails(step.cluster).isTunnel;
  return {
    ...base,
    what: "leads into the tunnel",
    was: before === null
      ? "as Envoy Gateway made it, with its endpoints, load balancing, TLS and limits"
      : `${before.listener}: ${before.address} by node ${before.nodeId || "without a name"}`,
    now: `${step.tunnelListener}: ${address} by node ${nodeId || "without a name"}`,
    why: ["the connector is online"],
  };
}

function virtualHostText(
  { virtualHostName, routeConfigName }: {
    readonly virtualHostName: string;
    readonly routeConfigName: string;
  },
): string {
  return `virtual host ${virtualHostName} of route configuration ${routeConfigName}`;
}
