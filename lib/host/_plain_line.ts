/**
 * Makes one line of a text whose parts come from outside: control and format characters, line ends among them, are
 * question marks, and what is too long ends in dots.
 *
 * @param longest Characters of the result at most.
 */
export function plainLine(text: string, longest: number): string {
  const plain = Array.from(text.replace(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu, "?"));
  return plain.length <= longest ? plain.join("") : `${plain.slice(0, longest - 1).join("").trimEnd()}…`;
}
