import type { SdsRefusal } from "./sds_events.ts";

/** How Envoy asks. */
export type SdsMethod = "StreamSecrets" | "DeltaSecrets";

/** Streams of one Envoy. */
export interface SdsClient {
  /** `node.id` of the Envoy. */
  readonly node: string;
  /** `node.cluster` of the Envoy. */
  readonly cluster: string;
  readonly method: SdsMethod;
  readonly streams: number;
}

/** A name that is served or asked for. */
export interface SdsName {
  readonly name: string;
  /** `null` while the book has nothing under it. */
  readonly kind: "pair" | "validation" | null;
  /** What the book has; empty if that is nothing. */
  readonly version: string;
  /** Whether an Envoy refused this version, so that it is sent to nobody. */
  readonly withheld: boolean;
  /** How many streams ask for it. */
  readonly subscribers: number;
  /** How many of them have taken this version. */
  readonly acceptedBy: number;
  /** The last refusal of any version. */
  readonly lastRefusal: SdsRefusal | null;
}

/** What the server knows now. */
export interface SdsServerStatus {
  /** Open HTTP/2 connections. */
  readonly connections: number;
  readonly clients: readonly SdsClient[];
  /** Sorted by name. */
  readonly names: readonly SdsName[];
}
