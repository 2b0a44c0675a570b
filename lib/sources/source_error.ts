/** Why something at a source is not a pair in use; the values of the label `reason`. */
export const SOURCE_ERRORS = [
  /** A pair that was there is gone, or a path without a wildcard has never been there. */
  "not_found",
  /** The system refuses to let a file or directory be read. */
  "unreadable",
  /** A directory holds several pairs. */
  "several_pairs",
  /** The match gives no name that Kubernetes takes. */
  "bad_name",
  /** Another match has the same Secret name. */
  "duplicate_name",
  /** The pattern is for more than is taken. */
  "too_many",
] as const;

/** One of {@linkcode SOURCE_ERRORS}. */
export type SourceErrorReason = (typeof SOURCE_ERRORS)[number];

/** Something wrong at a source. */
export interface SourceError {
  readonly reason: SourceErrorReason;
  readonly path: string;
  /** Plain words, no full stop. */
  readonly message: string;
  readonly hint: string;
}
