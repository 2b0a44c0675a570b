/** One test by its name and file. */
export interface Named {
  readonly file: string;
  readonly name: string;
}

/** What became of a group's tests. Something that failed without being a test (a crash) is in `failed` as well. */
export interface Outcome {
  readonly passed: readonly Named[];
  readonly failed: readonly Named[];
  readonly skipped: readonly Named[];
}
