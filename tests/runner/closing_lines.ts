import type { Named, Outcome } from "./outcome.ts";

/** Adds outcomes up. */
export function sum(outcomes: readonly Outcome[]): Outcome {
  return {
    passed: outcomes.flatMap((outcome) => outcome.passed),
    failed: outcomes.flatMap((outcome) => outcome.failed),
    skipped: outcomes.flatMap((outcome) => outcome.skipped),
  };
}

/**
 * What is printed when everything has run: skipped tests with the reason, failed ones, and the counts, alone on the last line.
 *
 * @param reason Why a test was skipped.
 */
export function closingLines(outcome: Outcome, reason: (test: Named) => string): string[] {
  const { passed, failed, skipped } = outcome;
  const lines: string[] = [];
  if (skipped.length > 0) {
    lines.push("", "Skipped:", ...skipped.map((test) => `  ${test.file}: ${test.name}: ${reason(test)}`));
  }
  if (failed.length > 0) lines.push("", "Failed:", ...failed.map((test) => `  ${test.file}: ${test.name}`));
  const counts = `${passed.length} passed, ${failed.length} failed`;
  return [...lines, "", skipped.length > 0 ? `${counts}, ${skipped.length} skipped` : counts];
}
