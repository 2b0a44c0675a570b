import type { PairBytes } from "./facts.ts";

/** Where Envoy finds certgate's own SDS server. Paths are as Envoy sees them. */
export type SdsCluster =
  | {
    readonly kind: "unix";
    /** Path of the socket. */
    readonly path: string;
  }
  | {
    readonly kind: "tcp";
    /** Address or name. */
    readonly host: string;
    readonly port: number;
    /** What Envoy needs for TLS; `null` for plain text. */
    readonly tls: {
      /** PEM file that Envoy presents. */
      readonly certificate: string;
      /** PEM file of its key. */
      readonly key: string;
      /** PEM file of the authorities that the server's certificate comes from. */
      readonly ca: string;
      /** Name that the server's certificate has to be for. */
      readonly name: string;
    } | null;
  };

/** What the hook has to know of certgate's own SDS server. */
export interface SdsView {
  /** Where it is; `null` while it is nowhere, so that what it has goes out in place of the placeholders. */
  readonly cluster: SdsCluster | null;
  /** Whether it has a usable pair of this name, `namespace/name` of the Secret. */
  has(name: string): "served" | "absent";
  /** The pair of this name, where it is usable; asked for only while the server is nowhere. */
  pairOf?(name: string): PairBytes | null;
  /**
   * Whether Envoy Gateway has a placeholder of this name, for a snapshot that comes without its secrets; default no.
   */
  isDirect?(name: string): boolean;
  /** The bundle of this name, `namespace/name`, as PEM text; `null` if there is none that is usable. */
  bundle(name: string): Uint8Array | null;
  /** Names that the pair which is served is for; `null` if there is none. */
  namesOf(name: string): readonly string[] | null;
}

/** Name of the cluster through which Envoy gets to the server. */
export const SDS_CLUSTER = "certgate_sds";
