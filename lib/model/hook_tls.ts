import type { CertificateStatus } from "./status.ts";

/**
 * Why a client does not get in at the hook, where it listens with TLS. Order is the order of metric series.
 *
 * `other` holds what is not told apart: connections that end within the handshake (also because the client does not
 * trust certgate's own certificate), certificates that are not for clients, handshakes that take too long.
 */
export const CLIENT_REFUSALS = [
  "no_certificate",
  "foreign_ca",
  "expired",
  "not_yet_valid",
  "wrong_name",
  "old_tls",
  "no_tls",
  "other",
] as const;

/** One of {@linkcode CLIENT_REFUSALS}. */
export type ClientRefusal = (typeof CLIENT_REFUSALS)[number];

/** What of the hook's TLS comes from files: its own pair, and whose clients are believed. */
export const HOOK_TLS_PARTS = ["identity", "trust"] as const;

/** One of {@linkcode HOOK_TLS_PARTS}. */
export type HookTlsPart = (typeof HOOK_TLS_PARTS)[number];

/** TLS of the hook, as `/v1/status` shows it. */
export interface HookTlsStatus {
  /** What certgate shows to clients. */
  readonly identity: {
    /** The certificate in use. */
    readonly certificate: CertificateStatus;
    /** Whether a client has to refuse it by now. */
    readonly expired: boolean;
    /** Whether it ends soon, by the rule of `gate.expiresSoon`. */
    readonly expiresSoon: boolean;
    /** Why the files are not what is in use; empty if they are. */
    readonly problem: string;
  };
  /** Whose clients are let in. */
  readonly trust: {
    /** The authorities in use. */
    readonly authorities: readonly CertificateStatus[];
    /** One sentence for each certificate of the file that is not used. */
    readonly leftOut: readonly string[];
    /** Whether the last of them ends soon. */
    readonly expiresSoon: boolean;
    /** Why the file is not what is in use; empty if it is. */
    readonly problem: string;
  };
  /** Names that a client must have one of; empty if any will do. */
  readonly allowedNames: readonly string[];
  /** Refused clients since the start. */
  readonly refused: Readonly<Record<ClientRefusal, number>>;
}
