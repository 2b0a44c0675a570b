import type { ResourceFinding } from "./gate.ts";
import type { JsonObject, ObjectName, Place } from "./objects.ts";

/** What every policy object has. */
export interface PolicyObjectMeta extends ObjectName {
  /** `metadata.labels`. */
  readonly labels: Readonly<Record<string, string>>;
  /** `metadata.generation` as written; `null` where none is, as in most files. */
  readonly generation: number | null;
  /** `metadata.creationTimestamp`, milliseconds since the epoch; `null` where none is written. */
  readonly createdAt: number | null;
  /** Where it is written. */
  readonly place: Place;
  /** Position in its file, from 0; with the path of the file the order of objects that have no time. */
  readonly position: number;
  /** Its `spec` as it was written, for counting generations. */
  readonly spec: JsonObject;
}

/** What a TrafficProtectionPolicy is attached to. */
export interface PolicyTarget {
  /** `Gateway` or `HTTPRoute`, of the group gateway.networking.k8s.io. */
  readonly kind: "Gateway" | "HTTPRoute";
  /** Name in the policy's own (effective) namespace. */
  readonly name: string;
  /** Listener of a Gateway, rule of an HTTPRoute; empty for all of it. */
  readonly sectionName: string;
}

/** A rule set of type OWASPCoreRuleSet, defaults filled in. */
export interface CoreRuleSet {
  /** 1 to 4. */
  readonly blocking: number;
  /** 1 to 4. */
  readonly detection: number;
  /** 1 to 10000. */
  readonly inbound: number;
  /** 1 to 10000. */
  readonly outbound: number;
  /** Tags whose rules are left out. */
  readonly tags: readonly string[];
  /** Numbers of rules that are left out. */
  readonly ids: readonly number[];
  /** Each `n-m` with m > n. */
  readonly idRanges: readonly string[];
}

/** What a policy does to traffic. */
export type PolicyMode = "Observe" | "Enforce" | "Disabled";

/** A TrafficProtectionPolicy (networking.datumapis.com/v1alpha). */
export interface TrafficProtectionPolicy extends PolicyObjectMeta {
  /** What it is attached to, in the order of the file. */
  readonly targets: readonly PolicyTarget[];
  /** What it does to traffic. */
  readonly mode: PolicyMode;
  /** 1 to 100. */
  readonly samplingPercentage: number;
  /** The rule set of type OWASPCoreRuleSet; `null` if there is none. */
  readonly ruleSet: CoreRuleSet | null;
}

/** A backend of a rule of an HTTPProxy. */
export interface ProxyBackend {
  /** URL as written; empty if there is none. */
  readonly endpoint: string;
  /** Name of the Connector; `null` if it names none. */
  readonly connector: string | null;
  /** Name of the EndpointSlice; `null` if it names none. */
  readonly instance: string | null;
}

/** An HTTPProxy (networking.datumapis.com/v1alpha): the backends of its rules, by position. */
export interface HttpProxy extends PolicyObjectMeta {
  /** Backends of each rule. */
  readonly rules: readonly (readonly ProxyBackend[])[];
}

/** A Connector (networking.datumapis.com/v1alpha1). */
export interface Connector extends PolicyObjectMeta {
  /** The annotation `networking.datumapis.com/upstream-status` as written; `null` if there is none. */
  readonly mirroredStatus: string | null;
  /** `status` as written; empty if there is none. */
  readonly status: JsonObject;
}

/** An object that is not used as it is written. */
export interface RefusedPolicyObject extends ObjectName {
  /** E.g. `TrafficProtectionPolicy`. */
  readonly kind: string;
  /** Where it is written. */
  readonly place: Place;
  /** `metadata.generation` as written. */
  readonly generation: number | null;
  /** Its `spec` as it was written, for counting generations. */
  readonly spec: JsonObject;
  /** What is wrong, the first problem in words with its place. */
  readonly message: string;
  /** Whether its last good version is in use instead. */
  readonly held: boolean;
}

/** What the files of `policy.paths` say. */
export interface PolicySet {
  /** In the order in which they are asked. */
  readonly policies: readonly TrafficProtectionPolicy[];
  /** The HTTPProxy objects in use. */
  readonly proxies: readonly HttpProxy[];
  /** The Connector objects in use. */
  readonly connectors: readonly Connector[];
  /** Namespaces; their own namespace is empty. */
  readonly namespaces: readonly PolicyObjectMeta[];
  /** EndpointSlices; of them only the labels are read. */
  readonly slices: readonly PolicyObjectMeta[];
  /** Objects that are not used as they are written. */
  readonly refused: readonly RefusedPolicyObject[];
  /** In the order of the paths. */
  readonly findings: readonly ResourceFinding[];
  /** How many files there are. */
  readonly files: number;
}

/** A policy as mutations apply it. The same object, identical by reference, as long as its text stays the same. */
export interface PolicyEntry extends ObjectName {
  /** Counts the changes of its spec. */
  readonly generation: number;
  /** What it does to traffic. */
  readonly mode: PolicyMode;
  /** Coraza directives in order; empty means that nothing is switched on. */
  readonly directives: readonly string[];
}

/** An object that EG's metadata names; empty strings where it says nothing. */
export interface ResourceRef extends ObjectName {
  /** E.g. `Gateway`; Envoy Gateway leaves it empty for Gateways that it reads from files. */
  readonly kind: string;
  /** Listener of a Gateway, rule of a route. */
  readonly sectionName: string;
}

/** Where a connector's tunnel leads, if it is up. */
export type ConnectorFate =
  | { readonly online: false }
  | {
    readonly online: true;
    /** `host:port`, an IPv6 host without brackets. */
    readonly address: string;
    /** May be empty. */
    readonly nodeId: string;
  };

/** What stands for one route: which project pays, and which policy governs. */
export interface Governing {
  /** May be empty. */
  readonly project: string;
  /** `null` where none governs or the governing one has no directives. */
  readonly policy: PolicyEntry | null;
}

/** How the Coraza filter is named and loaded (`policy.waf`). */
export interface WafFilter {
  /** Name of the HTTP filter. */
  readonly filterName: string;
  /** Name of the plugin in the library. */
  readonly pluginName: string;
  /** Identifier of the library. */
  readonly libraryId: string;
  /** The shared library, as Envoy sees it. */
  readonly libraryPath: string;
  /** Directives of the filter itself. */
  readonly listenerDirectives: readonly string[];
  /** Empty: not configured. */
  readonly traceRouteMetadataExtractor: string;
}

/** The branded reply (`policy.localReply`), read and escaped once. */
export interface LocalReply {
  /** Format string of Envoy: every `%` that is no allowed operator doubled. */
  readonly body: string;
  /** Of the page. */
  readonly contentType: string;
  /** The least status that gets the page. */
  readonly minStatusCode: number;
  /** Runtime key by which the least status can be changed in a running Envoy. */
  readonly runtimeKey: string;
}
