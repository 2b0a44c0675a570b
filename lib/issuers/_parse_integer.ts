/**
 * Reads a whole number as Go's `strconv.ParseInt` does in base 10: an optional sign, then digits.
 *
 * @param bits Size of the number.
 * @returns `null` if it is none, or does not fit.
 */
export function parseInteger(text: string, bits: 32 | 53): number | null {
  if (!/^[-+]?\d+$/.test(text)) return null;
  const value = Number(text);
  // Of 64-bit numbers, those that this language cannot hold are of no use for any annotation.
  if (bits === 53) return Number.isSafeInteger(value) ? value : null;
  return value >= -(2 ** 31) && value < 2 ** 31 ? value : null;
}

/** Reads a boolean as Go's `strconv.ParseBool` does; everything else is false. */
export function parseBoolean(text: string): boolean {
  return ["1", "t", "T", "true", "TRUE", "True"].includes(text);
}
