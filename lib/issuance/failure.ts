import type { IssueFailureKind, IssuerType } from "../model/mod.ts";
import type { IssueFailure, Issuer } from "./issuer.ts";

/**
 * A failure as data.
 *
 * @param message Plain words in one line; nothing secret.
 * @param retryAt Milliseconds since the epoch, where the issuer says when to come back.
 */
export function failure(
  kind: IssueFailureKind,
  message: string,
  retryAt: number | null = null,
): IssueFailure {
  return { ok: false, kind, message, retryAt };
}

/** An issuer that cannot be used as it is configured. */
export function brokenIssuer(type: IssuerType, message: string): Issuer {
  return { type, issue: () => Promise.resolve(failure("broken", message)) };
}
