import type { ObjectName, Place } from "../model/mod.ts";

/** The kinds that listeners are written in. */
export type OwnerKind = "Gateway" | "ListenerSet" | "XListenerSet";

/** An object that certificates are planned for. */
export interface IntentOwner extends ObjectName {
  readonly kind: OwnerKind;
  /** Group and version. */
  readonly apiVersion: string;
  /** `metadata.uid` where the file has it; empty on a host without Kubernetes. */
  readonly uid: string;
}

/** Who issues: a reference to an object of cert-manager, or of another issuer's own group. */
export interface IssuerRef {
  readonly name: string;
  readonly kind: string;
  readonly group: string;
}

/** Where a value was found. */
export interface Origin {
  readonly from:
    /** An annotation of the object itself. */
    | "own"
    /** An annotation of the Gateway that the ListenerSet belongs to. */
    | "inherited"
    /** A listener of the object. */
    | "listener"
    /** An HTTPRoute that is attached to a listener without a hostname. */
    | "route"
    /** A rename in the options. */
    | "map"
    /** Nothing says otherwise. */
    | "default";
  /** Annotation, or path of the member; empty for a default. */
  readonly key: string;
  /** Kind and name of the object that it is in; empty for a default. */
  readonly object: string;
  readonly place: Place | null;
}

/** One value of an intent, and where it comes from. */
export interface Explained {
  /** The member of the Certificate, e.g. `spec.issuerRef.name`. */
  readonly field: string;
  readonly value: string;
  readonly origin: Origin;
}

/** The members of a subject beside the common name, by their names in a Certificate; only those that are set. */
export interface IntentSubject {
  readonly organizations?: readonly string[];
  readonly countries?: readonly string[];
  readonly organizationalUnits?: readonly string[];
  readonly localities?: readonly string[];
  readonly provinces?: readonly string[];
  readonly streetAddresses?: readonly string[];
  readonly postalCodes?: readonly string[];
  readonly serialNumber?: string;
}

/** A duration as cert-manager writes it, and what it is. */
export interface IntentDuration {
  /** For example `2160h0m0s`. */
  readonly text: string;
  readonly milliseconds: number;
}

/** What is asked of the private key; only what is set. */
export interface IntentKey {
  readonly rotationPolicy?: string;
  readonly encoding?: string;
  readonly algorithm?: string;
  /** Bits. */
  readonly size?: number;
}

/** What the Secret gets beside the pair; only what is set. */
export interface IntentTemplate {
  readonly annotations?: { readonly [key: string]: string };
  readonly labels?: { readonly [key: string]: string };
}

/** What annotations ask of the certificates of an object, beside who issues them. */
export interface IntentSettings {
  readonly commonName: string;
  /** Asked for beside the hostnames of the listeners. */
  readonly altNames: readonly string[];
  readonly ipSans: readonly string[];
  readonly emailAddresses: readonly string[];
  readonly subject: IntentSubject | null;
  readonly duration: IntentDuration | null;
  readonly renewBefore: IntentDuration | null;
  readonly renewBeforePercentage: number | null;
  readonly usages: readonly string[];
  readonly revisionHistoryLimit: number | null;
  readonly privateKey: IntentKey | null;
  readonly secretTemplate: IntentTemplate | null;
}

/** One certificate that somebody wants. Its name is the name of its Secret, in the namespace of its owner. */
export interface Intent extends ObjectName, Omit<IntentSettings, "altNames" | "ipSans"> {
  readonly owner: IntentOwner;
  readonly issuerRef: IssuerRef;
  /** In the order in which they are met first: listeners, then annotations. */
  readonly dnsNames: readonly string[];
  readonly ipAddresses: readonly string[];
  /** Names of the listeners that refer to the Secret. */
  readonly listeners: readonly string[];
  readonly labels: { readonly [key: string]: string };
  /** Annotations that the Certificate gets, for ACME. */
  readonly annotations: { readonly [key: string]: string };
  readonly explain: readonly Explained[];
}

/** Why something is said. */
export const INTENT_REASONS = [
  /** Something is written that cannot be used. */
  "BadConfig",
  /** A Gateway does not take the ListenerSet. */
  "NotAllowed",
  /** The Gateway of a ListenerSet is not there, or is being deleted. */
  "NoGateway",
  /** Another object asks for the same Secret, and came first. */
  "NotOwned",
  /** Another listener has the same port, protocol and hostname, and comes first. */
  "Conflicted",
  /** Nobody is named who could issue. */
  "NoIssuer",
  /** The Gateway's issuer is looked for in another namespace than the Gateway's. */
  "OtherNamespace",
  /** An annotation of the Gateway does not count for its ListenerSets. */
  "NotInherited",
  /** An annotation has no effect here. */
  "NoEffect",
  /** It can be written so, and does probably not what is meant. */
  "Doubtful",
] as const;

/** One of {@linkcode INTENT_REASONS}. */
export type IntentReason = (typeof INTENT_REASONS)[number];

/** Something to be said about an object. */
export interface IntentFinding {
  /** `bad` keeps an intent from being made; a `note` is only good to know. */
  readonly severity: "bad" | "warning" | "note";
  readonly reason: IntentReason;
  readonly object: ObjectName & { readonly kind: OwnerKind };
  /** Name of the listener that it is about; `null` if it is about the object. */
  readonly listener: string | null;
  readonly place: Place;
  /** Capital, what failed, quoted values, no full stop. */
  readonly message: string;
  /** What to do; empty if there is nothing to say. */
  readonly hint: string;
}

/** What became of an object. */
export interface ObjectOutcome extends ObjectName {
  readonly kind: OwnerKind;
  readonly place: Place;
  readonly state:
    /** Its intents are in the plan. A listener may still have been passed over. */
    | "planned"
    /** Nothing of it is in the plan; whoever has its last good intents keeps them. */
    | "bad"
    /** No annotation asks for certificates. */
    | "idle"
    /** Its Gateway does not take it. */
    | "refused"
    /** It is being deleted. */
    | "deleted"
    /** ListenerSets are not looked at. */
    | "off";
  /** Every Secret that a listener of it refers to, in its namespace: what is not here is not needed any more. */
  readonly secrets: readonly string[];
}

/** Everything that was planned. */
export interface IntentPlan {
  /** Gateways first, then ListenerSets, each in the order in which they get their places; then as listeners are written. */
  readonly intents: readonly Intent[];
  /** Every Gateway and ListenerSet, in the same order. */
  readonly objects: readonly ObjectOutcome[];
  /** In the same order. */
  readonly findings: readonly IntentFinding[];
}
