import type { LocalReply, WafFilter } from "../model/mod.ts";
import type { PolicyIndex } from "../policy/mod.ts";
import type { Snapshot } from "../xds/mod.ts";

/** What mutations of policy objects are told of the operator's choices. */
export interface PolicySettings {
  /** `null`: no Coraza filter, and no directives on routes. */
  readonly waf: WafFilter | null;
  /** `null`: answers that Envoy makes itself stay as they are. */
  readonly localReply: LocalReply | null;
  /** Internal listener that is the entrance of the tunnels. */
  readonly tunnelListener: string;
  /** `nso`: do as the network-services-operator does where certgate does better. */
  readonly compat: "none" | "nso";
}

/** Everything that mutations of policy objects look at. */
export interface PolicyContext {
  /** What is to be changed. */
  readonly snapshot: Snapshot;
  /** What the policy objects ask for. */
  readonly index: PolicyIndex;
  /** How it is to be done. */
  readonly settings: PolicySettings;
  /** Whether the lists of the snapshot are whole (PostTranslateModify), and not the one resource of a small hook. */
  readonly whole: boolean;
  /** Clusters by position that should lead into a tunnel and do not, since `connectorClusters` failed there. */
  readonly failedClusters?: ReadonlySet<number>;
  /** Why Envoy would refuse the Coraza filter wherever it stands; absent or empty if nothing is known against it. */
  readonly wafProblem?: string;
}
