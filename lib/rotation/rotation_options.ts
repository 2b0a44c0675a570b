import type { FaultPoint } from "./tree_directory.ts";
import type { makeTree, TreeFiles, TreeWishes } from "./tree.ts";

/** A step that has to reach those who read the files before the next one may come. */
export type RotationPhase = "trust" | "leaves";

/** What happens while a rotation runs. */
export type RotationProgress =
  | { readonly kind: "published"; readonly phase: RotationPhase }
  /** `left` milliseconds at most. */
  | { readonly kind: "waiting"; readonly phase: RotationPhase; readonly left: number }
  /** Everybody who was asked has taken it. */
  | { readonly kind: "converged"; readonly phase: RotationPhase }
  /** The time is over, and somebody who was asked had not taken it. */
  | { readonly kind: "unconverged"; readonly phase: RotationPhase }
  | { readonly kind: "dependents" };

/** What a rotation needs to know, and where it takes time and patience from. */
export interface RotationOptions extends Partial<TreeWishes> {
  /** The directory that holds `certs`, as Envoy Gateway has it in `configHome`. */
  readonly configHome: string;
  /** Milliseconds since the epoch. */
  readonly clock: () => number;
  /** Waits; ends early when the signal comes, with or without an error. */
  readonly sleep: (milliseconds: number, signal?: AbortSignal) => Promise<void>;
  /** Makes the HMAC secret anew as well; everybody who is logged in has to log in again. */
  readonly rotateHmac?: boolean;
  /** Goes on where a rotation would be refused because of the last one. */
  readonly force?: boolean;
  /** Milliseconds after which everybody has read what was published. Default {@linkcode CONVERGENCE}. */
  readonly convergence?: number;
  /** Whether everybody has taken what was published; ends the wait early. Without it the time is waited for. */
  readonly converged?: (phase: RotationPhase, next: NextTree) => Promise<boolean>;
  /** Restarts who does not read anew. Called when the new leaves are in place, and again if a run ended meanwhile. */
  readonly dependents?: (fingerprint: string) => Promise<void>;
  /** Hears of each step. */
  readonly say?: (progress: RotationProgress) => void;
  /** Makes the trees. Default {@linkcode makeTree}; tests have some ready. */
  readonly make?: typeof makeTree;
  /** For tests. */
  readonly at?: FaultPoint;
  /** Ends a wait; what is in place stays, and the next run goes on. */
  readonly signal?: AbortSignal;
}

/** The tree that a rotation leads to. */
export interface NextTree {
  /** SHA-256 of its authority, upper-case hex with colons. */
  readonly fingerprint: string;
  /** Its files, e.g. to try its leaves on a peer before they are published. */
  readonly files: TreeFiles;
}

/**
 * A kubelet brings a changed Secret to a pod within about a minute (sync period and cache), which is the slowest of all
 * who read these files.
 */
export const CONVERGENCE = 65_000;

/** What became of it. */
export interface RotationResult {
  /**
   * `rotated` began and ended now, `finished` ended what an earlier run had begun, `interrupted` waits to be gone on with, `busy`
   * means that another process is at it.
   */
  readonly outcome:
    | "created"
    | "present"
    | "rotated"
    | "finished"
    | "refused"
    | "busy"
    | "failed"
    | "interrupted";
  /** One sentence. */
  readonly message: string;
  /** What to do; empty if there is nothing. */
  readonly hint: string;
  /** SHA-256 of the authority of the leaves in place, where it is known: upper-case hex with colons. */
  readonly fingerprint: string | null;
  /** One sentence each. */
  readonly warnings: readonly string[];
}
