import { type Cause, CAUSES } from "../model/mod.ts";

/** What is wrong with a pair in one phrase: lower case, no full stop, with what was seen behind it where that says more. */
export function explainProblem(
  { cause, detail }: { readonly cause: Cause; readonly detail: string },
): string {
  const { why } = CAUSES[cause];
  return detail === "" ? why : `${why} (${detail})`;
}
