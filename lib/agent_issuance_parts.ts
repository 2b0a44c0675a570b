import type {
  HttpChallenge,
  ObjectKey,
  PairState,
  PlannedChallenge,
  ResourceFinding,
  ResourceObject,
} from "./model/mod.ts";

/** What issuance makes of what the gate believes. */
export interface Planned {
  /** What is believed of pairs, with those that are waited for. */
  readonly pairs: ReadonlyMap<ObjectKey, PairState>;
  readonly findings: readonly ResourceFinding[];
  /** Whether something is waited for. */
  readonly isPending: boolean;
}

/** What the gate needs of issuance. */
export interface GateIssuance {
  /** Told what the operator wrote and what is believed of pairs, before anything is planned of it. */
  planned(input: {
    readonly objects: readonly ResourceObject[];
    readonly pairs: ReadonlyMap<ObjectKey, PairState>;
  }): Planned;
  /** Proofs of control that are to be answered now. */
  challenges(): readonly HttpChallenge[];
  /** Told what became of them in the plan. */
  answered(challenges: readonly PlannedChallenge[]): void;
}
