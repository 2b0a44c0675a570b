/**
 * The changes that certgate makes to a snapshot, in the order in which they are made. The names are those of the
 * configuration (`mutations.<name>`), of the metrics and of the log.
 */
export const MUTATIONS = [
  "wafListener",
  "localReply",
  "wafRoute",
  "connectorClusters",
  "connectorRoutes",
  "vpcBind",
  "prune",
] as const;

/** One of {@linkcode MUTATIONS}. */
export type Mutation = (typeof MUTATIONS)[number];

/** A mutation that comes from policy objects, and so may fail; pruning cannot. */
export type PolicyMutation = Exclude<Mutation, "prune">;

/** Those of {@linkcode MUTATIONS} that come from policy objects, in order. */
export const POLICY_MUTATIONS: readonly PolicyMutation[] = MUTATIONS.filter((name) => name !== "prune");

/**
 * What happens where something fails: `open` goes on as if it had not run, `closed` answers with a gRPC error, so that
 * Envoy Gateway keeps its last snapshot, `http500` answers 500 where it was responsible.
 */
export const FAILURE_ACTIONS = ["open", "closed", "http500"] as const;

/** One of {@linkcode FAILURE_ACTIONS}. */
export type FailureAction = (typeof FAILURE_ACTIONS)[number];

/** How far a 500 reaches, from narrow to wide. */
export const FAILURE_SCOPES = ["route", "virtualHost", "listener", "everything"] as const;

/** One of {@linkcode FAILURE_SCOPES}. */
export type FailureScope = (typeof FAILURE_SCOPES)[number];

/** What the operator wants to happen where something fails. */
export interface FailurePolicy {
  /** What happens. */
  readonly action: FailureAction;
  /** How far a 500 reaches; means nothing with another action. */
  readonly scope: FailureScope;
}

/**
 * Why a mutation failed. `threw` and `deadline` may pass by themselves; what does not read (`malformed`) or would be
 * refused (`lint`) fails again until the objects or the snapshot are others.
 */
export const FAILURE_KINDS = ["threw", "deadline", "malformed", "lint"] as const;

/** One of {@linkcode FAILURE_KINDS}. */
export type FailureKind = (typeof FAILURE_KINDS)[number];
