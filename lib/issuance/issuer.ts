import type { Intent } from "../issuers/mod.ts";
import type { HttpChallenge, IssueFailureKind, IssuerType, KeyMaterial, Log } from "../model/mod.ts";
import type { Config } from "../resources/mod.ts";

/** An entry of `issuers` in the configuration. */
export type IssuerConfig = Config["issuers"][number];

/** One certificate that is asked for. */
export interface IssueRequest {
  readonly intent: Intent;
  /** PEM of the certificate request. */
  readonly request: Uint8Array;
  /** The key that the request is for. */
  readonly key: KeyMaterial;
  /** PEM of the chain that is replaced; `null` at the first. */
  readonly previous: Uint8Array | null;
  /** Milliseconds since the epoch; `null` leaves the end to the issuer. An issuer may say less, and some say what they like. */
  readonly notAfterWanted: number | null;
  /**
   * What an earlier attempt for the same key and request got to, in the issuer's own words; `null` or absent at the first.
   * With it an attempt that was cut off is gone on with instead of asking for a second certificate.
   */
  readonly progress?: string | null;
  /** Keeps where the attempt got to; resolves once it outlives a crash. */
  readonly onProgress?: (progress: string) => Promise<void>;
}

/** Why there is no certificate. */
export interface IssueFailure {
  readonly ok: false;
  readonly kind: IssueFailureKind;
  /** Plain words in one line; nothing secret. */
  readonly message: string;
  /** Milliseconds since the epoch, where the issuer says when to come back. */
  readonly retryAt: number | null;
}

/** What an issuer answers. */
export type IssueResult =
  | {
    readonly ok: true;
    /** PEM, the host's own certificate first, its issuers behind it. */
    readonly chain: Uint8Array;
    /** PEM of the authority, for `ca.crt`; `null` where the issuer does not give it. */
    readonly ca: Uint8Array | null;
  }
  | IssueFailure;

/** When an issuer wants a certificate renewed (ARI, RFC 9773). Milliseconds since the epoch. */
export interface RenewalWindow {
  readonly start: number;
  readonly end: number;
  /** Milliseconds after which it is to be asked again. */
  readonly retryAfter: number;
}

/**
 * Somebody who issues certificates.
 *
 * - Nothing is thrown and no promise rejects: every failure is data.
 * - An answer is checked before it comes back: it is a chain, for the key and the names of the request. Whether Envoy
 *   takes it is not asked here.
 * - Several may be asked for at a time.
 */
export interface Issuer {
  readonly type: IssuerType;
  /**
   * Asks for one certificate.
   *
   * @param signal Ends the attempt; it is then a failure of kind `late`.
   */
  issue(request: IssueRequest, signal: AbortSignal): Promise<IssueResult>;
  /** When the issuer wants the certificate renewed; `null` if it does not say. */
  renewalWindow?(leaf: Uint8Array, signal: AbortSignal): Promise<RenewalWindow | null>;
  /** Ends what is open. */
  close?(): Promise<void>;
}

/** Answers proofs of control over plain HTTP. */
export interface ChallengePresenter {
  /** Resolves with `null` once it is answered on the host's own port, else with plain words about what keeps it. */
  present(challenge: HttpChallenge, signal: AbortSignal): Promise<string | null>;
  /** Takes it back; one that is not there is no error. */
  withdraw(challenge: HttpChallenge): void;
}

/** What issuers need of their surroundings. */
export interface IssuerParts {
  readonly log: Log;
  /** Milliseconds since the epoch. */
  readonly clock: () => number;
  /** Directory of what has to outlive a restart, accounts for example; 0700. */
  readonly stateDir: string;
  /** Asks over HTTP; for tests. Default the one of the runtime, with the issuer's own `caBundle`. */
  readonly fetch?: typeof fetch;
  /** Where proofs over plain HTTP are answered. */
  readonly challenges: ChallengePresenter;
}
