import type {
  ClusterPlace,
  FailureKind,
  HttpManagerPlace,
  PolicyEntry,
  PolicyMutation,
  PolicyStep,
  RoutePlace,
  VirtualHostPlace,
} from "../model/mod.ts";

/** What a mutation changes, and what fails where it cannot. */
export type Target =
  | {
    readonly kind: "httpManager";
    /** The route configuration that it asks for; empty where it has its routes elsewhere. */
    readonly routeConfigName: string;
  } & HttpManagerPlace
  | { readonly kind: "virtualHost" } & VirtualHostPlace
  | { readonly kind: "route" } & RoutePlace
  | { readonly kind: "cluster" } & ClusterPlace;

/** One target that went without its change. */
export interface MutationFailure {
  /** What it happened at. */
  readonly target: Target;
  /** Why it failed. */
  readonly kind: FailureKind;
  /** In plain words. */
  readonly message: string;
}

/** Families of changes, as the programmed set shows them. */
export const KEY_FAMILIES = [
  "waf_route",
  "waf_hcm",
  "local_reply",
  "connector_cluster",
  "connector_route",
  "connector_offline",
  "vpc_bind",
] as const;

/** One of {@linkcode KEY_FAMILIES}. */
export type KeyFamily = (typeof KEY_FAMILIES)[number];

/** What one mutation wants of a snapshot. */
export interface MutationResult {
  /** Which mutation this is the result of. */
  readonly mutation: PolicyMutation;
  /** In the order of the snapshot; no failed target has one. */
  readonly steps: readonly PolicyStep[];
  /** The targets that failed, each alone. */
  readonly failures: readonly MutationFailure[];
  /** Policies on routes of the answer, those included that stood there already; each once. Empty but for `wafRoute`. */
  readonly applied: readonly PolicyEntry[];
  /** Names of what the steps change, sorted, each once; put together only where somebody asks. */
  readonly keys: readonly { readonly family: KeyFamily; readonly key: string }[];
}
