import type {
  BareCondition,
  ConnectorFate,
  Governing,
  JsonObject,
  ObjectName,
  PolicyEntry,
  PolicyTarget,
  ResourceRef,
} from "../model/mod.ts";

/** A policy that is in use. */
export interface IndexedPolicy {
  /** What mutations apply; identical by reference as long as its text and its generation stay the same. */
  readonly entry: PolicyEntry;
  /** As written, in order. */
  readonly targets: readonly PolicyTarget[];
  /** The condition `Accepted`. */
  readonly accepted: BareCondition;
}

/** A policy object, as much of it as generations are counted by. */
export type GenerationSource = ObjectName & { readonly generation: number | null; readonly spec: JsonObject };

/** What else an index depends on. */
export interface PolicyIndexOptions {
  /** `nso`: do as the network-services-operator does where certgate does better. */
  readonly compat: "none" | "nso";
  /** Directives in front of those of every policy. */
  readonly baseDirectives: readonly string[];
  /** The generation of an object: as written, or counted by its `spec`. Called once for every policy in use. */
  readonly generationOf: (kind: string, object: GenerationSource) => number;
  /** The Gateway as its owner wrote it, where the gate split it into several; itself by default. */
  readonly originalGateway?: (published: ObjectName) => ObjectName;
}

/** What mutations look up, made once for a set of policy objects. Immutable. */
export interface PolicyIndex {
  /**
   * Short hex. Changes exactly when something changes that can change a snapshot: not with heartbeats in the status of a
   * Connector, labels that nobody reads, or the files that objects are in, as far as their order stays the same.
   */
  readonly digest: string;
  /** Whether there are no policy objects at all. */
  readonly isEmpty: boolean;
  /** Whether a TrafficProtectionPolicy is in use. */
  readonly hasPolicies: boolean;
  /** Whether a policy in use is attached to an HTTPRoute, so that the names of routes matter. */
  readonly namesRoutes: boolean;
  /** How many rules have a connector behind them; `connector()` knows none where it is 0. */
  readonly connectors: number;
  /** How many rules have a device to be bound to; `device()` knows none where it is 0. */
  readonly devices: number;
  /** Policies in use, in the order in which they are asked. */
  readonly policies: readonly IndexedPolicy[];
  /**
   * What stands for a route of a virtual host. The same answer is identical by reference.
   *
   * @param gateway What the virtual host says that it comes from.
   * @param route What the route says that it comes from; `null` where that is not known.
   * @returns `null` where the virtual host is not ours to touch.
   */
  governing(gateway: ResourceRef, route: ResourceRef | null): Governing | null;
  /** What is behind the cluster `httproute/NAMESPACE/NAME/rule/INDEX`; `null` where it is no connector. */
  connector(clusterName: string): ConnectorFate | null;
  /** Name of the device that the sockets of a cluster are bound to; `null` where there is none. */
  device(clusterName: string): string | null;
}
