const NEEDS = /toolPath\(\s*"([a-z-]+)"\s*\)/g;

/**
 * Why a test was skipped, told from its source: the report of a test run has no place for a reason, but a test that needs a
 * program asks `toolPath("…")` for it.
 *
 * @param source Text of the test file and what it imports from other tests.
 * @param missing Why a tool is missing, or `null` if it is there.
 */
export function skipReason(source: string, missing: (tool: string) => string | null): string {
  const tools = [...new Set([...source.matchAll(NEEDS)].map((match) => match[1]))];
  const reasons = tools.flatMap((tool) => {
    const why = missing(tool);
    return why === null ? [] : [`${tool} is missing (${why})`];
  });
  return reasons.length > 0 ? reasons.join(", ") : "marked as ignored in the file";
}
