import type { CertificateFacts, PairBytes } from "./facts.ts";
import type { HttpChallenge } from "./issuance.ts";
import type { JsonObject, ObjectName, Place } from "./objects.ts";
import type { Cause, Reason } from "./reasons.ts";
import type { DeliveryWay, Placeholder } from "./sds.ts";
import type { Verdict, Warning } from "./verdict.ts";

/** Where a pair comes from. */
export type PairOrigin =
  | { readonly kind: "source"; readonly source: string; readonly path: string }
  | { readonly kind: "resource"; readonly place: Place };

/**
 * What a pair that goes out is made of. `current` is the pair that arrived last, `held` is an earlier one that is still
 * good while the one that arrived last is not.
 */
export interface ServedPair {
  /** Which of the two it is. */
  readonly from: "current" | "held";
  /** The members. */
  readonly pair: PairBytes;
  /** SHA-256 of the members in hex. */
  readonly hash: string;
  /** The host's own certificate. */
  readonly leaf: CertificateFacts;
}

/** What is believed of one Secret name. */
export interface PairState extends ObjectName {
  /** Where it comes from. */
  readonly origin: PairOrigin;
  /** Judgement of the pair that arrived last. */
  readonly verdict: Verdict;
  /** What the operator can do about a problem of the files; empty if there is nothing to say. */
  readonly hint: string;
  /** Certificates that arrived last, in file order; empty if nothing could be read. */
  readonly certificates: readonly CertificateFacts[];
  /** What goes out; `null` if nothing does. */
  readonly served: ServedPair | null;
  /** What Envoy Gateway is given in its place, where Envoy asks certgate for the pair itself. */
  readonly placeholder?: Placeholder;
  /** How it reaches Envoy; default `gateway`. */
  readonly delivery?: DeliveryWay;
  /** Advice; never a ground for withholding. */
  readonly warnings: readonly Warning[];
  /** Milliseconds since the epoch from which what is served counts as expiring soon; `null` if nothing is served. */
  readonly soonFrom: number | null;
  /** The next moment at which any of this changes by itself; `null` if never. */
  readonly edge: number | null;
}

/** Why a listener is not published although its certificates are no reason for that. */
export const LISTENER_PROBLEMS = [
  /** The hostname is not verified; wins over everything else. */
  "UnverifiedHostnamesPresent",
  /** The hostname is attached elsewhere. */
  "HostnameInUse",
  /** A listener that comes first has the hostname on this port. */
  "Conflicted",
  /** A listener that comes first uses the port for a protocol that this one does not go together with. */
  "ProtocolConflict",
  /** The Gateway does not take listeners from this ListenerSet. */
  "NotAllowed",
  /** The ListenerSet's Gateway is not there. */
  "NoParent",
  /** The Gateway has no room for it. */
  "TooManyListeners",
  /** The listener refers to a Secret that it may not use, or to something that is no Secret. */
  "RefNotPermitted",
] as const;

/** One of {@linkcode LISTENER_PROBLEMS}. */
export type ListenerProblem = (typeof LISTENER_PROBLEMS)[number];

/** A certificate that a listener refers to. */
export interface ListenerSecret extends ObjectName {
  /** Judgement of what arrived last. */
  readonly verdict: Verdict;
  /** What goes out under this name; `null` if nothing does. */
  readonly serving: "current" | "held" | null;
  /** Serial number, lower-case hex, of the certificate that goes out. */
  readonly serial: string | null;
  /** Milliseconds since the epoch, of the certificate that goes out. */
  readonly notAfter: number | null;
  /** Named by `neverGate`: dates alone do not withhold it. */
  readonly neverGate: boolean;
  /** Names that the certificate which goes out is for. */
  readonly names: readonly string[];
  /** Advice; never a ground for withholding. */
  readonly warnings: readonly Warning[];
}

/** One listener as its owner wrote it, and what became of it. */
export interface ListenerState {
  /** The Gateway that it belongs to, the ListenerSet's parent where it comes from one. */
  readonly gateway: ObjectName;
  /** The object that it is written in. */
  readonly owner: ObjectName & { readonly kind: "Gateway" | "ListenerSet" | "XListenerSet" };
  /** Name of the listener in its owner. */
  readonly name: string;
  /** Where it is written. */
  readonly place: Place;
  /** As it is written, e.g. `HTTPS`. */
  readonly protocol: string;
  /** TCP or UDP port. */
  readonly port: number;
  /** `*` where the listener takes every name. */
  readonly hostname: string;
  /** What is published: the Gateway (another one if the Gateway had to be split) and the listener's name in it. */
  readonly published: (ObjectName & { readonly listener: string }) | null;
  /** Whether its certificates are judged: it terminates TLS and names at least one Secret. */
  readonly managed: boolean;
  /** The certificates that it names. */
  readonly secrets: readonly ListenerSecret[];
  /** Why it is withheld for something other than its certificates; wins over them. */
  readonly problem: ListenerProblem | null;
  /** Reason of the certificate that withholds it; `Usable` if none does. */
  readonly reason: Reason;
  /** The same for machines. */
  readonly cause: Cause;
  /** Plain words for people; empty while all is well. */
  readonly message: string;
  /** What was seen, for an engineer. */
  readonly detail: string;
}

/** One Gateway as it was written, and what became of it. */
export interface GatewayState extends ObjectName {
  /** Where it is written. */
  readonly place: Place;
  /** Names of the published Gateways: more than one if it was split, none if it stays out. */
  readonly published: readonly string[];
  /** Digest of what Envoy Gateway is given for this Gateway; empty if it stays out. */
  readonly revision: string;
  /** Why it stays out, in plain words; empty if it does not. */
  readonly message: string;
}

/** An object for Envoy Gateway. A Secret has its bytes apart, so that printing the object prints no key. */
export interface PublishedObject extends ObjectName {
  /** Group and version. */
  readonly apiVersion: string;
  /** The kind, e.g. `Gateway`. */
  readonly kind: string;
  /** Everything but the data of the Secret. */
  readonly value: JsonObject;
  /** Only for a Secret that certgate makes from a pair. */
  readonly pair?: PairBytes;
}

/** Something about the resources that a person should know; the rest is published all the same. */
export interface ResourceFinding {
  /** Where it is written. */
  readonly place: Place;
  /** Capital, what failed, quoted values, no full stop. */
  readonly message: string;
  /** What to do; empty if there is nothing to say. */
  readonly hint: string;
}

/** What became of a proof of control over plain HTTP. */
export interface PlannedChallenge {
  /** What is to be proved. */
  readonly challenge: HttpChallenge;
  /** Ports of the listeners that are to answer it. */
  readonly ports: readonly number[];
  /** Why no listener can answer it, in plain words; empty if one does. */
  readonly problem: string;
}

/** What Envoy Gateway is given, and why: data, made by pure code. */
export interface GatePlan {
  /** In the order in which they are written; the `CertState` objects last. */
  readonly objects: readonly PublishedObject[];
  /** In the order of the files. */
  readonly gateways: readonly GatewayState[];
  /** In the order of the files, then of the listeners. */
  readonly listeners: readonly ListenerState[];
  /** What a person should know. */
  readonly findings: readonly ResourceFinding[];
  /** Proofs of control, in the order in which they were given. */
  readonly challenges: readonly PlannedChallenge[];
}
