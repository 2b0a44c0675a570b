import type { FailureKind } from "../model/mod.ts";
import type { HookFailure } from "./hook_failure.ts";

/** The gRPC codes that a hook answers with by itself. */
export type HookErrorCode = "UNAVAILABLE" | "INTERNAL";

/** A call that is answered with a gRPC error, so that Envoy Gateway keeps what it has. */
export class HookError extends Error {
  override readonly name = "HookError";
  /** Whether the same call may succeed later, though nothing it depends on changes. */
  readonly passing: boolean;

  /**
   * @param kinds Why; the error passes if every one of them does.
   * @param message What Envoy Gateway logs.
   * @param failures What the answer would have lacked; empty where none of it is a mutation.
   */
  constructor(
    kinds: readonly FailureKind[],
    message: string,
    readonly failures: readonly HookFailure[] = [],
  ) {
    super(message);
    this.passing = kinds.every(isPassing);
  }

  /** UNAVAILABLE for what passes, INTERNAL for what stays until something changes. */
  get code(): HookErrorCode {
    return this.passing ? "UNAVAILABLE" : "INTERNAL";
  }
}

/** Whether what failed for this reason may work the next time. */
export function isPassing(kind: FailureKind): boolean {
  return kind === "threw" || kind === "deadline";
}

/** What the answer would have lacked; empty where it is not a failure policy that made the error. */
export function failuresOf(error: unknown): readonly HookFailure[] {
  return error instanceof HookError ? error.failures : [];
}
