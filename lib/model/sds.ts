import type { PairBytes } from "./facts.ts";
import type { ObjectName } from "./objects.ts";

/** How a pair reaches Envoy: through Envoy Gateway's directory, or straight from certgate's own SDS server. */
export type DeliveryWay = "gateway" | "sds";

/** What Envoy Gateway is given in place of a pair that Envoy asks certgate for. */
export interface Placeholder {
  /** A pair of no value, for the same names; the same until the names are others. */
  readonly pair: PairBytes;
  /** SHA-256 of the members in hex. */
  readonly hash: string;
}

/** A CA bundle that Envoy is given by SDS. */
export interface BundleState extends ObjectName {
  /** As what policies refer to it. */
  readonly kind: "ConfigMap" | "Secret";
  /** The file that it is read from. */
  readonly file: string;
  /** What is served: PEM text; `null` while there never was a good one. */
  readonly served: Uint8Array | null;
  /** SHA-256 of what is served in hex; empty if nothing is. */
  readonly hash: string;
  /** PEM text that Envoy Gateway is given in its place. */
  readonly placeholder: Uint8Array;
  /** Whether it went out in place, so that Envoy Gateway has to translate for what is new of it. */
  readonly inPlace?: boolean;
  /** How many authorities are served. */
  readonly members: number;
  /** Why what stands in the file now is not served as it is, in plain words; empty if it is. */
  readonly message: string;
  /** When the first of the served authorities ends, milliseconds since the epoch; `null` if nothing is served. */
  readonly notAfter: number | null;
}

/** What the Envoys know of one name. */
export interface SdsNameStatus {
  /** As Envoys ask for it: `namespace/name` of a pair, `trust/` and `namespace/name` of a bundle. */
  readonly name: string;
  /** Whether it is a pair or a bundle. */
  readonly kind: "pair" | "validation";
  /** Digest of what is served, the first 16 hex digits; empty if there is nothing. */
  readonly version: string;
  /** How many subscriptions there are. */
  readonly subscribers: number;
  /** How many of them have taken this version. */
  readonly accepted: number;
  /** What an Envoy said when it refused a version last; `null` if none did since the start. */
  readonly refused: SdsRefusalStatus | null;
}

/** A version that an Envoy did not take. */
export interface SdsRefusalStatus {
  /** The version, the first 16 hex digits of a digest. */
  readonly version: string;
  /** Words of Envoy. */
  readonly message: string;
  /** RFC 3339. */
  readonly at: string;
}

/** A connection of an Envoy. */
export interface SdsClientStatus {
  /** `node.id` of the Envoy. */
  readonly node: string;
  /** `node.cluster` of the Envoy. */
  readonly cluster: string;
  /** How many streams it has open. */
  readonly streams: number;
}

/** What `/v1/status` says of delivery by SDS. */
export interface SdsStatus {
  /** Where it listens, as a gRPC target; empty if it does not. */
  readonly listen: string;
  /** Why it does not listen, in plain words; empty if it does. */
  readonly message: string;
  /** Who is connected. */
  readonly clients: readonly SdsClientStatus[];
  /** In the order of the names. */
  readonly names: readonly SdsNameStatus[];
  /** Names that are asked for and that nobody has: the first 100 of them. */
  readonly unknown: readonly string[];
  /** CA bundles. */
  readonly bundles: readonly (ObjectName & {
    readonly kind: "ConfigMap" | "Secret";
    readonly file: string;
    readonly members: number;
    readonly message: string;
    /** RFC 3339; `null` while there never was a good one. */
    readonly notAfter: string | null;
  })[];
}
