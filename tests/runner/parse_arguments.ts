/** What the runner was asked for. */
export interface Wanted {
  /** Names of groups; empty for all. */
  readonly groups: readonly string[];
  readonly setUp: boolean;
  /** Another checkout to be tested, `null` for this one. */
  readonly root: string | null;
  /** Arguments for `deno test`. */
  readonly rest: readonly string[];
}

/** Reads the runner's arguments; a wrong one is an error with the words to print. */
export function parseArguments(
  args: readonly string[],
  groups: readonly string[],
): Wanted | { error: string } {
  const cut = args.indexOf("--");
  const own = cut === -1 ? args : args.slice(0, cut);
  const wanted = { groups: [] as string[], setUp: true, root: null as string | null };
  for (const argument of own) {
    if (argument === "--no-setup") wanted.setUp = false;
    else if (argument.startsWith("--root=")) wanted.root = argument.slice("--root=".length);
    else if (groups.includes(argument)) wanted.groups.push(argument);
    else {return {
        error: `Cannot run the tests: no group or flag "${argument}"\nGroups: ${groups.join(", ")}`,
      };}
  }
  return { ...wanted, rest: cut === -1 ? [] : args.slice(cut + 1) };
}
