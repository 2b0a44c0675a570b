const NEEDS = /(toolPath|onPath)\(\s*"([a-z0-9-]+)"\s*\)/g;

/**
 * Why a test was skipped, told from its source: the report of a test run has no place for a reason, but a test that needs a
 * program asks `toolPath("…")` for it, or `onPath("…")` where the host has it or has not.
 *
 * @param source Text of the test file and what it imports from other tests.
 * @param missing Why a tool is missing, or `null` if it is there.
 * @param isOnPath Whether the host has a program.
 */
export function skipReason(
  source: string,
  missing: (tool: string) => string | null,
  isOnPath: (program: string) => boolean,
): string {
  const reasons = [...source.matchAll(NEEDS)].flatMap(([, question, name]) => {
    if (question === "onPath") return isOnPath(name) ? [] : [`${name} is not on the PATH`];
    const why = missing(name);
    return why === null ? [] : [`${name} is missing (${why})`];
  });
  return reasons.length > 0 ? [...new Set(reasons)].join(", ") : "marked as ignored in the file";
}
