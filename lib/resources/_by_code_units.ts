/** Order of texts that is the same everywhere, whatever the language of the host. */
export function byCodeUnits(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
