/**
 * Text from outside, such as a name in a certificate or of a file, made fit for a terminal: control characters stand as
 * `\x1b`, and marks that turn the direction of writing as `\u202e`. Nobody else's bytes may move a cursor, hide a line
 * of a report or break a row.
 *
 * @param text Any text.
 */
export function printable(text: string): string {
  return text.replace(UNFIT, (character) => {
    const code = character.charCodeAt(0).toString(16);
    return code.length > 2 ? `\\u${code.padStart(4, "0")}` : `\\x${code.padStart(2, "0")}`;
  });
}

// C0 and C1 controls, line and paragraph separators, and the bidirectional controls of Unicode (UAX #9).
// deno-lint-ignore no-control-regex
const UNFIT = /[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g;
