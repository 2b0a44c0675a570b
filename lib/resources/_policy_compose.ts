import type { PolicyFileEntry } from "./_policy_file.ts";

/**
 * A text with what is in use of a file: objects of now, and earlier versions of those that are refused now. Read again it
 * gives the same objects, and composed again the same text.
 */
export function composePolicyText(entries: readonly PolicyFileEntry[]): string {
  return entries.filter(({ object }) => object !== null).map(({ value }) => `---\n${JSON.stringify(value)}\n`)
    .join("");
}
