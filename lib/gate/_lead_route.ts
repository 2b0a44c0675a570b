import type { JsonObject, ResourceObject } from "../model/mod.ts";
import { asObject, asText } from "../resources/mod.ts";
import {
  type Drafts,
  type GatewayDraft,
  isOwn,
  type ListenerDraft,
  type SetDraft,
  setKey,
} from "./_drafts.ts";
import { HostIndex, routeNames } from "./_host_index.ts";
import type { ResourceIndex } from "./_index.ts";
import { asObjects, compact } from "./_json.ts";
import { GATEWAY_GROUP, keyOf, ownerKind } from "./_names.ts";
import { takesRoutes } from "./_publish_gateway.ts";

/** A Gateway whose routes have to be led: it has listeners of sets, or several parts. */
interface Signpost {
  readonly own: HostIndex;
  readonly foreign: HostIndex;
  readonly byName: ReadonlyMap<string, ListenerDraft>;
}

/** Leads references of routes to where the listeners are published. */
export class RouteGuide {
  readonly #drafts: Drafts;
  readonly #labelsOf: ResourceIndex["labelsOf"];
  readonly #signposts = new Map<GatewayDraft, Signpost>();
  readonly #sets = new Map<SetDraft, HostIndex>();

  constructor(drafts: Drafts, labelsOf: ResourceIndex["labelsOf"]) {
    this.#drafts = drafts;
    this.#labelsOf = labelsOf;
  }

  /**
   * The references that stand for those of a route; the very same objects where nothing has to change.
   *
   * A Gateway that one reference names by listener can be named by listener only (a rule of the schema).
   */
  lead(route: ResourceObject): JsonObject[] {
    const names = routeNames(route);
    const parents = asObjects(asObject(route.value.spec).parentRefs).map((parent) => ({
      parent,
      ...this.#resolve(route, parent),
    }));
    const byListener = new Set<GatewayDraft>();
    for (const { gateway, set } of parents) {
      if (set?.gateway) byListener.add(set.gateway);
      else if (gateway && this.#signpost(gateway).foreign.meeting(names).length > 0) byListener.add(gateway);
    }
    return parents.flatMap(({ parent, gateway, set }) => {
      if (set) return this.#leadToSet(route, parent, set);
      if (gateway === undefined) return [parent];
      return asText(parent.sectionName) !== ""
        ? this.#leadToListener(parent, gateway)
        : this.#leadToGateway(route, parent, gateway, byListener.has(gateway));
    });
  }

  #resolve(route: ResourceObject, parent: JsonObject): { gateway?: GatewayDraft; set?: SetDraft } {
    const kind = ownerKind(asText(parent.group) || GATEWAY_GROUP, asText(parent.kind) || "Gateway");
    const name = { namespace: asText(parent.namespace) || route.namespace, name: asText(parent.name) };
    if (kind === null) return {};
    if (kind !== "Gateway") return { set: this.#drafts.sets.get(setKey(kind, name)) };
    const gateway = this.#drafts.gateways.get(keyOf(name));
    const isPlain = gateway === undefined || (gateway.parts.length < 2 && !gateway.hasSets);
    return isPlain ? {} : { gateway };
  }

  #signpost(gateway: GatewayDraft): Signpost {
    const known = this.#signposts.get(gateway);
    if (known !== undefined) return known;
    const placed = gateway.listeners.filter(({ part }) => part !== null);
    const signpost = {
      own: new HostIndex(placed.filter(isOwn)),
      foreign: new HostIndex(placed.filter((listener) => !isOwn(listener))),
      byName: new Map(gateway.listeners.map((listener) => [listener.publishedName, listener])),
    };
    this.#signposts.set(gateway, signpost);
    return signpost;
  }

  #leadToSet(route: ResourceObject, parent: JsonObject, set: SetDraft): JsonObject[] {
    let index = this.#sets.get(set);
    if (index === undefined) {
      index = new HostIndex(set.listeners.filter(({ part }) => part !== null));
      this.#sets.set(set, index);
    }
    const isNamed = asText(parent.sectionName) !== "";
    const meant = isNamed ? index.listeners : index.meeting(routeNames(route));
    return meant
      .filter((one) => isMeant(one, parent) && takesRoutes(one, route.namespace, this.#labelsOf))
      .map((one) => referenceTo(route, one));
  }

  #leadToListener(parent: JsonObject, gateway: GatewayDraft): JsonObject[] {
    const listener = this.#signpost(gateway).byName.get(asText(parent.sectionName));
    if (listener === undefined || listener.part === null) return [parent];
    // The name that the listener of a set has got is nothing that anybody may refer to.
    return isOwn(listener) ? [renamed(parent, listener.part.name)] : [];
  }

  #leadToGateway(
    route: ResourceObject,
    parent: JsonObject,
    gateway: GatewayDraft,
    byListener: boolean,
  ): JsonObject[] {
    const meant = this.#signpost(gateway).own.meeting(routeNames(route)).filter((one) =>
      isMeant(one, parent)
    );
    if (byListener) return meant.map((one) => referenceTo(route, one));
    const parts = new Set(meant.map(({ part }) => part!.name));
    return parts.size === 0 ? [parent] : [...parts].map((name) => renamed(parent, name));
  }
}

function isMeant(listener: ListenerDraft, parent: JsonObject): boolean {
  const sectionName = asText(parent.sectionName);
  return (sectionName === "" || sectionName === listener.name) &&
    (parent.port === undefined || parent.port === listener.port);
}

function renamed(parent: JsonObject, name: string): JsonObject {
  return parent.name === name ? parent : { ...parent, name };
}

function referenceTo(route: ResourceObject, { part, publishedName }: ListenerDraft): JsonObject {
  const namespace = part!.namespace === route.namespace ? undefined : part!.namespace;
  return compact({
    group: GATEWAY_GROUP,
    kind: "Gateway",
    namespace,
    name: part!.name,
    sectionName: publishedName,
  });
}
