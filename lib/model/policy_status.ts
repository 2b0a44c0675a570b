import type { ResourceFinding } from "./gate.ts";
import type { ObjectName } from "./objects.ts";
import type { PolicyMode, PolicyTarget } from "./policy_objects.ts";
import type { Condition } from "./status.ts";

/** The kinds of policy objects, as `certgate_policy_objects` counts them. */
export const POLICY_KINDS = [
  "TrafficProtectionPolicy",
  "HTTPProxy",
  "Connector",
  "Namespace",
  "EndpointSlice",
] as const;

/** One of {@linkcode POLICY_KINDS}. */
export type PolicyKind = (typeof POLICY_KINDS)[number];

/**
 * How far the Envoys are with a policy.
 *
 * | delivery | what is known |
 * |---|---|
 * | `waiting` | no answer has it yet, or an Envoy that was given it has taken no update since |
 * | `unused` | the latest answers have no route that it governs |
 * | `refused` | an Envoy has refused an update since it was given |
 * | `served` | every Envoy that was given it has taken an update since and refused none |
 * | `unknown` | it was given, and there is no Envoy to ask |
 */
export type PolicyDelivery = "waiting" | "unused" | "refused" | "served" | "unknown";

/** A TrafficProtectionPolicy as status shows it. */
export interface TrafficPolicyStatus extends ObjectName {
  /** Where it is written. */
  readonly place: string;
  /** As written, or counted by the changes of its spec. */
  readonly generation: number;
  /** The generation that is in use; another one while its last good version is held, `null` if none is. */
  readonly inUse: number | null;
  /** The generation in the latest answers; `null` while none has it. */
  readonly applied: number | null;
  /** `null` where it is refused and no earlier version is held. */
  readonly mode: PolicyMode | null;
  /** How many directives are in use; without any nothing is switched on. */
  readonly directives: number;
  /** What it is attached to. */
  readonly targets: readonly PolicyTarget[];
  /** How far Envoy is with it. */
  readonly delivery: PolicyDelivery;
  /** `Accepted` and `Programmed`, in that order. */
  readonly conditions: readonly Condition[];
}

/** A Connector as status shows it. */
export interface ConnectorStatus extends ObjectName {
  /** Where it is written; empty where an HTTPProxy names it and it is not there. */
  readonly place: string;
  /** Whether it is only named by an HTTPProxy; it is offline then. */
  readonly missing: boolean;
  /** Whether its tunnel is up. */
  readonly online: boolean;
  /** Of its public key; empty where it has none. */
  readonly nodeId: string;
}

/** The page that stands in for the answers of Envoy itself. */
export interface LocalReplyStatus {
  /** Where it comes from. */
  readonly page: "off" | "built-in" | "file";
  /** Why the page of the file is not used; empty while it is, or while none is configured. */
  readonly problem: string;
}

/** Everything that is known of local policy, as `/v1/status` and the commands show it. */
export interface PolicyStatus {
  /** RFC 3339; when this was put together. */
  readonly time: string;
  /** `policy.paths`. */
  readonly directories: readonly string[];
  /** How many files there are. */
  readonly files: number;
  /** How many objects of each kind are in use. */
  readonly objects: Readonly<Record<PolicyKind, number>>;
  /** How many objects are not used as they are written. */
  readonly refused: number;
  /** Complaints about files and objects, and about the page of the local reply. */
  readonly findings: readonly (Omit<ResourceFinding, "place"> & { readonly place: string })[];
  /** Digest of everything that can change a snapshot; Envoy Gateway is made to call when it changes. */
  readonly digest: string;
  /** Whether Envoy Gateway can be made to call: the gate is on and publishes CertState objects. */
  readonly nudges: boolean;
  /** Whether the Coraza filter is put into listeners. */
  readonly waf: boolean;
  /** Why the Envoy of the host would refuse that filter; empty or absent if nothing is known against it. */
  readonly wafProblem?: string;
  /** What stands in for answers that Envoy makes itself. */
  readonly localReply: LocalReplyStatus;
  /** `policy.compat`. */
  readonly compat: "none" | "nso";
  /** In the order in which they are asked; those that are refused come last. */
  readonly policies: readonly TrafficPolicyStatus[];
  /** Those that are there, and those that are only named. */
  readonly connectors: readonly ConnectorStatus[];
}
