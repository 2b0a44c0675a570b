import { createHash } from "node:crypto";
import type {
  ConnectorFate,
  Governing,
  ObjectName,
  PolicyEntry,
  PolicySet,
  ResourceRef,
} from "../model/mod.ts";
import { acceptedOf, type Overridden } from "./_accepted.ts";
import { type Backends, readBackends, ruleKey } from "./_backends.ts";
import { ruleOfCluster } from "./_cluster_name.ts";
import { entryOf } from "./_entries.ts";
import { effectiveNamespace, type NamespaceMeaning, readNamespaces } from "./_namespaces.ts";
import { byAge } from "./_order.ts";
import { type Space, Spaces } from "./_spaces.ts";
import { inOrder, Targets } from "./_targets.ts";
import type { IndexedPolicy, PolicyIndex, PolicyIndexOptions } from "./policy_index.ts";

/**
 * Makes the index of a set of policy objects.
 *
 * - The namespace that counts for a policy or an HTTPProxy is that of its label `meta.datumapis.com/upstream-namespace`, else its own.
 *   A namespace of this host stands for that of the label of its Namespace object, else for itself.
 * - Policies are asked oldest first, then by name; those without a time after them, in the order of the files. The first that
 *   matches governs. Policies of an HTTPRoute go before those of a Gateway, and those of a section (a listener, a rule) before those of
 *   the whole object, whichever is older.
 * - A policy without directives governs as every other one does, and its condition says so.
 * - A connector that is not there is offline. A backend whose endpoint is of no use is none.
 *
 * With `compat: "nso"` a namespace counts only if it has a Namespace object, a virtual host only if its resource has the kind
 * `Gateway`, sections are not looked at, and a route is found by its name alone, in the namespace of the Gateway.
 *
 * @param set What the files say.
 * @param options What else it depends on.
 */
export function makePolicyIndex(set: PolicySet, options: PolicyIndexOptions): PolicyIndex {
  const meanings = readNamespaces(set.namespaces);
  const isNso = options.compat === "nso";
  const stoodFor = new Set([...meanings.values()].map(({ upstream }) => upstream));
  const isReachable = (namespace: string) => stoodFor.has(namespace) || !isNso && !meanings.has(namespace);
  const { policies, targets } = attach(set, isReachable, options);
  return new Index({
    set,
    policies,
    targets,
    backends: readBackends(set),
    spaces: new Spaces(meanings, targets, isNso),
    originalGateway: options.originalGateway ?? null,
    isNso,
    meanings,
    isReachable,
  });
}

interface Parts {
  readonly set: PolicySet;
  readonly policies: readonly IndexedPolicy[];
  readonly targets: ReadonlyMap<string, Targets>;
  readonly backends: Backends;
  readonly spaces: Spaces;
  readonly originalGateway: ((published: ObjectName) => ObjectName) | null;
  readonly isNso: boolean;
  readonly meanings: ReadonlyMap<string, NamespaceMeaning>;
  /** Whether a namespace of this host stands for a namespace. */
  readonly isReachable: (namespace: string) => boolean;
}

class Index implements PolicyIndex {
  readonly digest: string;
  readonly isEmpty: boolean;
  readonly hasPolicies: boolean;
  readonly namesRoutes: boolean;
  readonly connectors: number;
  readonly devices: number;
  readonly policies: readonly IndexedPolicy[];
  readonly #parts: Parts;
  // The routes of a virtual host are asked for one after the other.
  #latest: { readonly ref: ResourceRef; readonly gateway: Gateway | null } | null = null;

  constructor(parts: Parts) {
    const { set, policies, backends } = parts;
    this.#parts = parts;
    this.policies = policies;
    this.isEmpty = set.policies.length + set.proxies.length + set.connectors.length + set.namespaces.length +
        set.slices.length === 0;
    this.hasPolicies = policies.length > 0;
    this.namesRoutes = policies.some(({ targets }) => targets.some(({ kind }) => kind === "HTTPRoute"));
    this.connectors = backends.connectors.size;
    this.devices = backends.devices.size;
    this.digest = digestOf(parts);
  }

  governing(ref: ResourceRef, route: ResourceRef | null): Governing | null {
    if (this.#latest?.ref !== ref) this.#latest = { ref, gateway: this.#gatewayOf(ref) };
    const { gateway } = this.#latest;
    if (gateway === null) return null;
    const own = route === null || !this.namesRoutes ? null : this.#routePolicy(gateway.space, route);
    return gateway.space.answer(own ?? gateway.entry);
  }

  connector(clusterName: string): ConnectorFate | null {
    return this.connectors === 0 ? null : this.#behind(clusterName, this.#parts.backends.connectors);
  }

  device(clusterName: string): string | null {
    return this.devices === 0 ? null : this.#behind(clusterName, this.#parts.backends.devices);
  }

  #gatewayOf(ref: ResourceRef): Gateway | null {
    const { isNso, originalGateway, spaces } = this.#parts;
    // In the file mode of Envoy Gateway the kind is empty.
    if (ref.kind !== "Gateway" && (isNso || ref.kind !== "")) return null;
    const { namespace, name } = originalGateway === null ? ref : originalGateway(ref);
    const space = spaces.get(namespace);
    if (space === null) return null;
    return { space, entry: space.targets?.find("Gateway", name, ref.sectionName) ?? null };
  }

  #routePolicy(gateway: Space, route: ResourceRef): PolicyEntry | null {
    const { isNso, spaces } = this.#parts;
    if (!isNso && route.kind !== "HTTPRoute") return null;
    const space = isNso ? gateway : spaces.get(route.namespace);
    return space?.targets?.find("HTTPRoute", route.name, route.sectionName) ?? null;
  }

  #behind<T>(clusterName: string, backends: ReadonlyMap<string, T>): T | null {
    const rule = ruleOfCluster(clusterName);
    const space = rule === null ? null : this.#parts.spaces.get(rule.namespace);
    if (rule === null || space === null) return null;
    return backends.get(ruleKey(space.upstream, rule.name, rule.index)) ?? null;
  }
}

interface Gateway {
  readonly space: Space;
  /** The policy of the Gateway. */
  readonly entry: PolicyEntry | null;
}

function attach(
  set: PolicySet,
  isReachable: Parts["isReachable"],
  { compat, baseDirectives, generationOf }: PolicyIndexOptions,
): { policies: IndexedPolicy[]; targets: Map<string, Targets> } {
  const kind = "TrafficProtectionPolicy";
  const held = new Map(
    set.refused.filter((one) => one.kind === kind).map((one) => [`${one.namespace}/${one.name}`, one]),
  );
  const targets = new Map<string, Targets>();
  const policies = [...set.policies].sort(byAge).map((policy): IndexedPolicy => {
    const namespace = effectiveNamespace(policy);
    const entry = entryOf(policy, baseDirectives, generationOf(kind, policy));
    const here = targets.get(namespace) ?? new Targets();
    targets.set(namespace, here);
    const overridden = policy.targets.flatMap((target): Overridden[] => {
      const by = here.add(compat === "nso" ? { ...target, sectionName: "" } : target, entry);
      return by === null ? [] : [{ target, by }];
    });
    const accepted = acceptedOf(policy, {
      refused: held.get(`${policy.namespace}/${policy.name}`) ?? null,
      reachable: isReachable(namespace),
      namespace,
      overridden,
    });
    return { entry, targets: policy.targets, accepted };
  });
  return { policies, targets };
}

function digestOf({ policies, targets, backends, meanings, isNso, isReachable }: Parts): string {
  // Where every namespace stands for itself, an object that says the same changes nothing.
  const says = ([name, { upstream, project }]: [string, NamespaceMeaning]) =>
    isNso || upstream !== name || project !== "";
  const described = {
    isNso,
    hasPolicies: policies.length > 0,
    namespaces: inOrder(meanings).filter(says).map((
      [name, { upstream, project }],
    ) => [name, upstream, project]),
    targets: inOrder(targets).filter(([namespace]) => isReachable(namespace))
      .map(([namespace, each]) => [namespace, each.describe()] as const).filter(([, said]) =>
        said.length > 0
      ),
    connectors: inOrder(backends.connectors),
    devices: inOrder(backends.devices),
  };
  // Long enough that no two sets of one host ever share it, and short enough for a name.
  return createHash("sha256").update(JSON.stringify(described)).digest("hex").slice(0, 16);
}
