import type { GatewayState, ListenerSecret, ListenerState, PairOrigin, ResourceFinding } from "./gate.ts";
import type { ObjectName } from "./objects.ts";
import type { DeliveryWay } from "./sds.ts";
import type { Verdict, Warning } from "./verdict.ts";

/** A condition as Kubernetes writes it. Times are RFC 3339. */
export interface Condition {
  /** What it is about. */
  readonly type: string;
  /** Whether it holds. */
  readonly status: "True" | "False" | "Unknown";
  /** Why, in one word. */
  readonly reason: string;
  /** Why, in plain words; empty while there is nothing to say. */
  readonly message: string;
  /** Generation of the object that was judged. */
  readonly observedGeneration: number;
  /** When `status` became what it is. */
  readonly lastTransitionTime: string;
}

/** A condition before it is known since when it holds. */
export type BareCondition = Omit<Condition, "observedGeneration" | "lastTransitionTime">;

/** How a source is. */
export interface SourceHealth {
  /** The pattern of the configuration. */
  readonly source: string;
  /** Whether the place can be looked at. A pattern that matches nothing is up. */
  readonly up: boolean;
  /** How many pairs are there. */
  readonly pairs: number;
  /** Errors of the latest look by reason, only those there are. */
  readonly errors: Readonly<Record<string, number>>;
  /** Words of the latest error; empty while there is none. */
  readonly message: string;
  /** Whether file events are heard; polling goes on either way. */
  readonly watching: boolean;
}

/** A pair as status shows it. */
export interface PairStatus extends ObjectName {
  /** Where it comes from. */
  readonly origin: PairOrigin;
  /** Judgement of what arrived last. */
  readonly verdict: Omit<Verdict, "validity" | "edge">;
  /** What to do; empty if there is nothing to say. */
  readonly hint: string;
  /** What goes out; `null` if nothing does. */
  readonly serving: "current" | "held" | null;
  /** How it reaches Envoy; not there means `gateway`. */
  readonly delivery?: DeliveryWay;
  /** Of what arrived last; `null` if it could not be read. */
  readonly current: CertificateStatus | null;
  /** Of what goes out. */
  readonly served: CertificateStatus | null;
  /** Whether what goes out ends soon. */
  readonly expiresSoon: boolean;
  /** Advice; never a ground for withholding. */
  readonly warnings: readonly Warning[];
}

/** A certificate as status shows it. */
export interface CertificateStatus {
  /** Names that it is for. */
  readonly names: readonly string[];
  /** RFC 4514 text. */
  readonly subject: string;
  /** RFC 4514 text. */
  readonly issuer: string;
  /** Lower-case hex. */
  readonly serial: string;
  /** SHA-256, upper-case hex with colons. */
  readonly fingerprint: string;
  /** RFC 3339. */
  readonly notBefore: string;
  /** RFC 3339. */
  readonly notAfter: string;
}

/** How far Envoy is with what was published for a listener. `unknown`: there is no admin endpoint to ask. */
export type Delivery = "served" | "waiting" | "withheld" | "unknown";

/** A certificate of a listener as status shows it. */
export interface SecretStatus extends Omit<ListenerSecret, "verdict"> {
  /** Judgement of what arrived last. */
  readonly verdict: PairStatus["verdict"];
}

/** A listener as status shows it. */
export interface ListenerStatus extends Omit<ListenerState, "place" | "secrets"> {
  /** The certificates that it names. */
  readonly secrets:
    readonly (Omit<ListenerSecret, "verdict"> & { readonly verdict: PairStatus["verdict"] })[];
  /** Where it is written. */
  readonly place: string;
  /** What holds for it, in a fixed order. */
  readonly conditions: readonly Condition[];
  /** How far Envoy is with it. */
  readonly delivery: Delivery;
}

/** A Gateway as status shows it. */
export interface GatewayStatus extends Omit<GatewayState, "place"> {
  /** Where it is written. */
  readonly place: string;
  /** Counts the changes of its spec. */
  readonly generation: number;
  /** `CertificatesReady`, where a listener terminates TLS. */
  readonly conditions: readonly Condition[];
  /** The revision that Envoy Gateway has shown to the hook last; `null` before the first call. */
  readonly seenRevision: string | null;
  /** Whether the published revision was seen by the hook and Envoy serves what it should. */
  readonly converged: boolean;
}

/** The condition of one hostname, as the network-services-operator writes it on an HTTPProxy. */
export interface HostnameStatus {
  /** The name. */
  readonly hostname: string;
  /** The Gateway that it belongs to. */
  readonly gateway: ObjectName;
  /** What holds for it, in a fixed order. */
  readonly conditions: readonly Condition[];
}

/** The hostnames of one HTTPProxy object. */
export interface ProxyStatus extends ObjectName {
  /** What holds for it, in a fixed order. */
  readonly conditions: readonly Condition[];
  /** One entry each. */
  readonly hostnames: readonly { readonly hostname: string; readonly conditions: readonly Condition[] }[];
}

/** What one running Envoy says of itself. */
export interface EnvoyStatus {
  /** `host:port` of the admin endpoint. */
  readonly admin: string;
  /** Whether it answers. */
  readonly up: boolean;
  /** Words of the latest failure to ask; empty while there is none. */
  readonly message: string;
  /** What Envoy Gateway named it after: `namespace/name` of its Gateway, or the class of merged Gateways. */
  readonly cluster: string;
  /** The release, e.g. `1.40.0`; empty while it is down. */
  readonly version: string;
  /** `LIVE` once it serves; as `/server_info` of Envoy writes it, empty while it is down. */
  readonly state: string;
  /** Updates that it has refused since it started, by type. */
  readonly rejected: Readonly<Record<EnvoyUpdate, number>>;
  /** How often it went on without something that it had asked for and that did not come in time. */
  readonly initFetchTimeouts: number;
  /**
   * Milliseconds since the epoch, by its own clock, at which it took an update of routes last; 0 if it took none, not
   * there while nobody waits for one.
   */
  readonly routesUpdatedAt?: number;
  /** Names of listeners that wait for something before they serve. */
  readonly warming: readonly string[];
  /** Serial numbers, lower-case hex, of the certificates that it has loaded. */
  readonly serials: readonly string[];
}

/** The kinds of update that Envoy can refuse. */
export const ENVOY_UPDATES = ["lds", "cds", "rds", "sds"] as const;

/** One of {@linkcode ENVOY_UPDATES}. */
export type EnvoyUpdate = (typeof ENVOY_UPDATES)[number];

/** Everything that the gate knows, as `/v1/status`, the status file and the commands show it. */
export interface GateStatus {
  /** RFC 3339; when this was put together. */
  readonly time: string;
  /** In the order of the files. */
  readonly gateways: readonly GatewayStatus[];
  /** In the order of the files, then of the listeners. */
  readonly listeners: readonly ListenerStatus[];
  /** Every hostname that terminates TLS. */
  readonly hostnames: readonly HostnameStatus[];
  /** The HTTPProxy objects. */
  readonly proxies: readonly ProxyStatus[];
  /** How many pairs are there. */
  readonly pairs: readonly PairStatus[];
  /** One entry each. */
  readonly sources: readonly SourceHealth[];
  /** What the operator wrote. */
  readonly resources: {
    readonly directory: string;
    readonly files: number;
    readonly objects: number;
    readonly findings: readonly (Omit<ResourceFinding, "place"> & { readonly place: string })[];
  };
  /** What Envoy Gateway is given. */
  readonly output: {
    readonly file: string;
    /** Digest of the whole publication. */
    readonly revision: string;
    /** RFC 3339; `null` before the first one. */
    readonly publishedAt: string | null;
    /** Why the latest could not be written; empty if it could. */
    readonly message: string;
  };
  /** The running Envoys. */
  readonly envoys: readonly EnvoyStatus[];
  /** Whether every Gateway has converged. */
  readonly converged: boolean;
  /** Words about a clock that cannot be right; empty while it may be. */
  readonly clock: string;
  /** RFC 3339; the next moment at which something changes by itself. */
  readonly nextEdge: string | null;
}
