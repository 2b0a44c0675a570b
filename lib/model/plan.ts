import type { Cause, Reason } from "./reasons.ts";
import type { SdsCluster } from "./sds_view.ts";
import type { Verdict } from "./verdict.ts";

/**
 * A hostname that the gate has left out of what Envoy Gateway is given, so that no chain of a snapshot is for it. Where
 * a wildcard would answer for it all the same, the hook makes it refuse.
 */
export interface DarkHostname {
  /** As its listener has it, a wildcard perhaps. */
  readonly hostname: string;
  /** Port of its listener; Envoy Gateway in host mode listens on the very same. */
  readonly port: number;
  /** Why it is left out. */
  readonly reason: Reason;
  /** The same for machines. */
  readonly cause: Cause;
  /** Plain words for people. */
  readonly message: string;
  /** `namespace/name` of the Secret; empty if none is named. */
  readonly secret: string;
}

/** The four lists of a snapshot. */
export type ListName = "clusters" | "secrets" | "listeners" | "routes";

/** Where a filter chain stands in its listener: its index in `filter_chains`, or the default filter chain. */
export type ChainPlace = number | "default";

/** What a person is told about a step: which hostname pays, and why. */
export interface Blame {
  /** Server names of the chain; empty where it has none. */
  readonly hostnames: readonly string[];
  /** SDS name of the secret, or a short description of inline material. */
  readonly secret: string;
  /** What speaks against it. */
  readonly verdict: Verdict;
  /** What to tell people, where that is not what the verdict alone says. */
  readonly message?: string;
}

/** The verdict of a trust bundle. A bundle that loads may still have members that are better left out. */
export interface TrustVerdict extends Verdict {
  /** PEM text of the members to keep; `null` where all are kept. Only looked at with the action `serve`. */
  readonly filtered: Uint8Array | null;
}

/** What a throwaway stands in for. */
export type ThrowawayKind = "pair" | "trust";

/** Which part of a chain or cluster a bundle or pair is in, where it is written into the resource itself. */
export interface InlinePlace {
  /** `transport_socket` of a cluster is `"socket"`, an entry of `transport_socket_matches` its index. */
  readonly context: number | "socket";
  /** Index in `tls_certificates`, or the trusted CA of the validation context. */
  readonly part: number | "trust";
}

/** A step at a listener. */
export interface ListenerStep {
  /** Index in the request's listeners. */
  readonly listener: number;
  /** Its xDS name. */
  readonly listenerName: string;
}

/** A step at a filter chain. */
export interface ChainStep extends ListenerStep {
  /** Where it stands in its listener. */
  readonly chain: ChainPlace;
  /** Its name; empty if it has none. */
  readonly chainName: string;
  /** What it is done for, one entry for each bad material. */
  readonly blame: readonly Blame[];
}

/** A step at a secret. */
export interface SecretStep {
  /** Index in the request's secrets. */
  readonly secret: number;
  /** Its SDS name. */
  readonly name: string;
}

/**
 * One change to a snapshot. Indices are positions in the request, whatever other steps do; no step holds a key.
 *
 * | kind | what the answer has instead |
 * |---|---|
 * | `drop_chain` | nothing in place of the filter chain |
 * | `refuse_chain` | a chain with the same match that has no certificate of anybody and serves nothing |
 * | `add_refusing_chain` | one more chain at the end of the listener: it has these server names and serves nothing |
 * | `drop_certificate` | the chain without one of its certificates |
 * | `filter_chain_trust` | the chain with `bundle` as its inline client CA |
 * | `drop_listener` | nothing in place of the listener |
 * | `park_listener` | the listener with one chain that has a throwaway pair and serves nothing |
 * | `drop_secret` | nothing in place of the secret |
 * | `neutralise_secret` | a throwaway pair, or a CA that trusts nothing, under the secret's name |
 * | `filter_secret` | the secret with `bundle` as its trusted CA |
 * | `add_secret` | a throwaway at the end of the secrets, for a name that a cluster needs and nobody gave |
 * | `neutralise_cluster` | the cluster with a throwaway in place of one inline pair or CA |
 * | `filter_cluster_trust` | the cluster with `bundle` as its inline CA |
 * | `ask_sds` | the chain with one reference that asks certgate's own SDS server for `name` |
 * | `ask_sds_upstream` | the same in a cluster |
 * | `set_alpn` | the chain with these protocols to choose from |
 * | `deliver_secret` | nothing in place of the secret: it is a placeholder, and Envoy asks certgate |
 * | `fill_secret` | the secret with the pair that its placeholder stands for, which is not in the step |
 * | `add_cluster` | one more cluster at the end, which leads to certgate's own SDS server |
 */
export type Step =
  | ChainStep & { readonly kind: "drop_chain" | "refuse_chain" }
  | ListenerStep & {
    readonly kind: "add_refusing_chain";
    /** Server names of the chain, lower case, sorted; no chain of the request has one of them. */
    readonly hostnames: readonly string[];
    /** Whether the listener speaks QUIC. */
    readonly quic: boolean;
    /** Whether the listener does not look for server names yet, and so has to be told to. */
    readonly inspect: boolean;
    /** One entry for each of the names. */
    readonly blame: readonly Blame[];
  }
  | ChainStep & {
    readonly kind: "drop_certificate";
    readonly from: "sds" | "inline";
    /** Index among the SDS references, or among the inline certificates, of the chain. */
    readonly certificate: number;
  }
  | ChainStep & { readonly kind: "filter_chain_trust"; readonly bundle: Uint8Array }
  | ListenerStep & { readonly kind: "drop_listener" | "park_listener"; readonly blame: readonly Blame[] }
  | SecretStep & { readonly kind: "drop_secret"; readonly blame: readonly Blame[] }
  | SecretStep & {
    readonly kind: "neutralise_secret";
    readonly as: ThrowawayKind;
    readonly blame: readonly Blame[];
  }
  | SecretStep & { readonly kind: "filter_secret"; readonly bundle: Uint8Array }
  | { readonly kind: "add_secret"; readonly name: string; readonly as: ThrowawayKind }
  | {
    readonly kind: "neutralise_cluster";
    readonly cluster: number;
    readonly clusterName: string;
    readonly place: InlinePlace;
    readonly blame: readonly Blame[];
  }
  | {
    readonly kind: "filter_cluster_trust";
    readonly cluster: number;
    readonly clusterName: string;
    readonly place: InlinePlace;
    readonly bundle: Uint8Array;
  }
  | ChainStep & {
    readonly kind: "ask_sds";
    /** Index among the SDS references of the chain, or its client CA. */
    readonly part: number | "trust";
    /** What the server is asked for. */
    readonly name: string;
  }
  | {
    readonly kind: "ask_sds_upstream";
    readonly cluster: number;
    readonly clusterName: string;
    /** `part` is the index among the SDS references of the context, or its CA. */
    readonly place: InlinePlace;
    /** What the server is asked for. */
    readonly name: string;
  }
  | ChainStep & { readonly kind: "set_alpn"; readonly protocols: readonly string[] }
  | SecretStep & { readonly kind: "deliver_secret" }
  | SecretStep & { readonly kind: "fill_secret" }
  | { readonly kind: "add_cluster"; readonly leadsTo: SdsCluster };

/** Something about the snapshot that a person should know and that changed nothing by itself. */
export type Finding =
  /** A list is empty although another one needs it: most often `includeAll` is not set for it. */
  | { readonly kind: "incomplete_input"; readonly list: ListName; readonly detail: string }
  /** A name is asked of the snapshot's own server, and no secret of that name is in the snapshot. */
  | { readonly kind: "unresolved_reference"; readonly name: string; readonly usedBy: string }
  /** A message that could not be read; it went out as it came. */
  | {
    readonly kind: "malformed";
    readonly list: ListName | "request";
    readonly index: number;
    readonly detail: string;
  }
  /** A name of `neverGate` whose certificate is outside its dates; it was left in place. */
  | { readonly kind: "platform_unusable"; readonly secret: string; readonly verdict: Verdict }
  /** Bundles that certgate has for SDS go out in a secret of Envoy Gateway, because there is more in it. */
  | {
    readonly kind: "bundle_in_place";
    readonly secret: string;
    readonly bundles: readonly string[];
    readonly detail: string;
  }
  /** Two or more secrets have the same name. */
  | { readonly kind: "duplicate_secret"; readonly name: string; readonly count: number };

/** How much a plan changes. */
export interface PlanCounts {
  /** Filter chains taken out or made to refuse, those of removed and parked listeners included. */
  readonly prunedChains: number;
  /** Of those, the ones that a refusing chain stands in for. */
  readonly refusingChains: number;
  /** Chains added that refuse hostnames which the gate has left out. */
  readonly addedChains: number;
  /** Certificates taken out of chains that stay. */
  readonly prunedCertificates: number;
  /** Listeners taken out as a whole. */
  readonly removedListeners: number;
  /** Listeners that stay open and serve nothing. */
  readonly parkedListeners: number;
  /** Secrets taken out. */
  readonly prunedSecrets: number;
  /** Secrets and inline materials replaced by a throwaway, added ones included. */
  readonly neutralised: number;
  /** Trust bundles that go out without some of their members, or with real ones in place of placeholders. */
  readonly filteredBundles: number;
  /** References that ask certgate's own SDS server; not there where there is none. */
  readonly askedReferences?: number;
}

/** What is to be done with one snapshot: data, made by pure code, from which everything else is rendered. */
export interface Plan {
  /** In the order clusters, secrets, listeners; within a list in the order of the request. Empty: nothing changes. */
  readonly steps: readonly Step[];
  /** What a person should know besides. */
  readonly findings: readonly Finding[];
  /** The steps, added up. */
  readonly counts: PlanCounts;
  /** Every hostname that this plan takes HTTPS from, sorted, each once. */
  readonly withheldHostnames: readonly string[];
  /** The next moment, in milliseconds since the epoch, at which the same snapshot gives another plan; `null` if never. */
  readonly edge: number | null;
}
