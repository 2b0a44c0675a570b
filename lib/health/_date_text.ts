/** `2026-11-21 14:05 UTC` */
export function dateText(time: number): string {
  // The longest date that a certificate can hold is in 9999; anything further is no date.
  if (!(Math.abs(time) <= 8.64e15)) return "an unknown date";
  return `${new Date(time).toISOString().slice(0, -8).replace("T", " ")} UTC`;
}
