import type { CertificateStatus } from "./status.ts";

/** The folders of the control plane's certificates that hold a pair. Order is the order of metric series. */
export const CONTROL_PLANE_FOLDERS = ["envoy-gateway", "envoy", "envoy-rate-limit"] as const;

/** How the certificates of the control plane are replaced; `create` is the first time. */
export const ROTATION_MODES = ["create", "single", "staged"] as const;

/** What a rotation under way is at. */
export const ROTATION_PHASES = ["trust", "leaves", "dependents"] as const;

/**
 * How an attempt ended. `rotated` began and ended, `finished` ended what had begun earlier, `interrupted` goes on at the next
 * start, `busy` means that another process was at it.
 */
export const ROTATION_OUTCOMES = ["rotated", "finished", "refused", "failed", "interrupted", "busy"] as const;

/** One of {@linkcode ROTATION_OUTCOMES}. */
export type RotationOutcome = (typeof ROTATION_OUTCOMES)[number];

/** The certificates of the control plane and their rotation, as `/v1/status` shows them. */
export interface ControlPlaneStatus {
  /** The directory that holds `certs`. */
  readonly configHome: string;
  /** `whole`, or what else there is of the tree. */
  readonly state: "absent" | "whole" | "partial" | "unreadable";
  /** What is wrong with a tree that is not whole; empty if nothing is. */
  readonly problem: string;
  /** Who has signed the certificates in use; `null` where that is not known. */
  readonly authority: CertificateStatus | null;
  /** How many authorities are trusted. */
  readonly trusted: number;
  /** Whether so little of the authority's lifetime is left that a rotation is late. */
  readonly nearEnd: boolean;
  /** Whether the authority has ended. */
  readonly expired: boolean;
  /** Whether certgate rotates by itself. */
  readonly automatic: boolean;
  /** RFC 3339; when it does so next, `null` if it does not. */
  readonly dueAt: string | null;
  /** Why a rotation that is due does not begin, in words; empty if nothing holds it. */
  readonly held: string;
  /** A rotation that has begun and has not ended; `null` if there is none. */
  readonly underWay: {
    readonly mode: (typeof ROTATION_MODES)[number];
    readonly phase: (typeof ROTATION_PHASES)[number];
    /** Whether this certgate goes on with it; otherwise the command that began it has to. */
    readonly own: boolean;
  } | null;
  /** RFC 3339; when the certificates were last replaced, by whomever. `null` if they never were. */
  readonly rotatedAt: string | null;
  /** The latest attempt, if it failed. */
  readonly failure: {
    readonly message: string;
    readonly hint: string;
    /** RFC 3339. */
    readonly at: string;
    /** Attempts that failed in a row. */
    readonly tries: number;
  } | null;
}
