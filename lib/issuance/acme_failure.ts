import type { IssueFailureKind } from "../model/mod.ts";
import { failure } from "./failure.ts";
import type { IssueFailure } from "./issuer.ts";

/**
 * A failure on its way through a library that knows only exceptions; at the edge of the issuer it is data again.
 */
export class AcmeFailure extends Error {
  readonly failure: IssueFailure;
  /** Last part of the type of the problem, as RFC 8555, 6.7 has it; empty if it is not one of the server's. */
  readonly problem: string;

  constructor(
    kind: IssueFailureKind,
    message: string,
    { retryAt = null, problem = "" }: { retryAt?: number | null; problem?: string } = {},
  ) {
    super(message);
    this.failure = failure(kind, message, retryAt);
    this.problem = problem;
  }
}
