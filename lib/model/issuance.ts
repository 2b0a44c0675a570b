import type { ObjectKey, ObjectName } from "./objects.ts";
import type { Condition } from "./status.ts";

/** How an issuer of this host works. */
export const ISSUER_TYPES = ["selfSigned", "ca", "exec", "acme"] as const;

/** One of {@linkcode ISSUER_TYPES}. */
export type IssuerType = (typeof ISSUER_TYPES)[number];

/**
 * Why a certificate was not issued. `unreachable` and `late` may pass, `rateLimited` says when, `refused` is the issuer's
 * word about what was asked, `badAnswer` is an answer that is no usable pair, `challenge` is a proof of control that did not
 * come about, `broken` is an issuer that cannot be used as it is configured.
 */
export const ISSUE_FAILURES = [
  "unreachable",
  "late",
  "rateLimited",
  "refused",
  "badAnswer",
  "challenge",
  "broken",
] as const;

/** One of {@linkcode ISSUE_FAILURES}. */
export type IssueFailureKind = (typeof ISSUE_FAILURES)[number];

/** What an issued pair waits for, or whether it is there. */
export const ISSUANCE_STATES = [
  /** A usable pair is there, and it is not time for another one. */
  "Issued",
  /** It has not been asked for yet. */
  "Waiting",
  /** It is being asked for. */
  "Issuing",
  /** The latest attempt failed; another one comes. */
  "Retrying",
  /** Every attempt of its budget failed; the next budget begins at the time that is shown. */
  "Exhausted",
  /** Nobody on this host issues for the reference. */
  "NoIssuer",
] as const;

/** One of {@linkcode ISSUANCE_STATES}. */
export type IssuanceState = (typeof ISSUANCE_STATES)[number];

/** A pair that is issued on this host, as status shows it. Times are RFC 3339; `null` where there is none. */
export interface IssuedPairStatus extends ObjectName {
  /** How far it is. */
  readonly state: IssuanceState;
  /** `Kind/name`, with the namespace in front for one that has one. */
  readonly issuer: string;
  /** How the issuer works; `null` where nobody issues for it. */
  readonly type: IssuerType | null;
  /** In the order in which they are asked for. */
  readonly dnsNames: readonly string[];
  /** What asked for it: kind, namespace and name. */
  readonly owner: string;
  /** The end of what is there. */
  readonly notAfter: string | null;
  /** When it is renewed; jitter and the issuer's own wish (ARI) are in it. */
  readonly renewAt: string | null;
  /** Failed attempts since the latest success. */
  readonly attempts: number;
  /** When it is asked for again after a failure. */
  readonly nextAttempt: string | null;
  /** Plain words about what is waited for or what went wrong; empty while all is well. */
  readonly message: string;
  /** Why the latest attempt failed; `null` where it did not. */
  readonly failure: IssueFailureKind | null;
}

/** An issuer of this host, as status shows it. */
export interface IssuerStatus {
  /** `Kind/name`, with the namespace in front for one that has one. */
  readonly issuer: string;
  /** How it works. */
  readonly type: IssuerType;
  /** How many pairs it issues. */
  readonly pairs: number;
  /** Failed attempts in a row over all pairs. */
  readonly failing: number;
  /** Words of the latest failure; empty while there is none. */
  readonly message: string;
}

/** What status says of issuance. */
export interface IssuanceStatus {
  /** Where pairs land. */
  readonly directory: string;
  /** In the order of the configuration. */
  readonly issuers: readonly IssuerStatus[];
  /** In the order of their names. */
  readonly pairs: readonly IssuedPairStatus[];
  /** `Gateway ns/name` and the like with the conditions about its intents. */
  readonly objects: readonly { readonly object: string; readonly conditions: readonly Condition[] }[];
}

/** A proof of control over a name that is to be answered over plain HTTP (RFC 8555, 8.3). */
export interface HttpChallenge {
  /** The name of which control is proven. */
  readonly hostname: string;
  /** The last part of the path. */
  readonly token: string;
  /** The body of the answer. */
  readonly keyAuthorization: string;
  /** The object whose certificate it is for. */
  readonly owner: ObjectKey;
}
