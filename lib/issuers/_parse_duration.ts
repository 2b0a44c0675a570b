const UNITS: ReadonlyMap<string, bigint> = new Map([
  ["ns", 1n],
  ["us", 1_000n],
  ["\u00b5s", 1_000n], // micro sign
  ["\u03bcs", 1_000n], // Greek letter mu
  ["ms", 1_000_000n],
  ["s", 1_000_000_000n],
  ["m", 60_000_000_000n],
  ["h", 3_600_000_000_000n],
]);

/** A duration of Go is a signed 64-bit number of nanoseconds. */
const LIMIT = 2n ** 63n;

/**
 * Reads a duration as Go's `time.ParseDuration` does: `2160h`, `1h30m`, `1.5h`, `-5m`. There is no unit for days.
 *
 * @returns Nanoseconds; `null` if it is none, or too large.
 */
export function parseDuration(text: string): bigint | null {
  const [, sign, rest] = /^([-+]?)(.*)$/s.exec(text)!;
  if (rest === "0") return 0n;
  if (rest === "") return null;
  let total = 0n;
  for (let at = 0; at < rest.length;) {
    const part = /^(\d*)(?:\.(\d*))?([^.\d]+)/.exec(rest.slice(at));
    if (part === null) return null;
    const [whole, before, after = "", unitName] = part;
    const unit = UNITS.get(unitName);
    if (unit === undefined || before + after === "") return null;
    const value = BigInt(before || 0);
    if (value > LIMIT / unit) return null;
    total += value * unit + fractionOf(after, unit);
    if (total > LIMIT) return null;
    at += whole.length;
  }
  if (sign === "-") return -total;
  return total < LIMIT ? total : null;
}

/** Go works with a floating point number here, and leaves out digits that no 64-bit number holds. */
function fractionOf(digits: string, unit: bigint): bigint {
  let value = 0n;
  let scale = 1;
  for (const digit of digits) {
    const next = value * 10n + BigInt(digit);
    if (value > (LIMIT - 1n) / 10n || next > LIMIT) break;
    value = next;
    scale *= 10;
  }
  return BigInt(Math.trunc(Number(value) * (Number(unit) / scale)));
}

/** Writes a duration of at least one second as Go does: `2160h0m0s`. */
export function durationText(nanoseconds: bigint): string {
  const seconds = nanoseconds / 1_000_000_000n;
  const below = nanoseconds % 1_000_000_000n;
  const fraction = below === 0n ? "" : `.${String(below).padStart(9, "0").replace(/0+$/, "")}`;
  const [hours, minutes] = [seconds / 3600n, (seconds / 60n) % 60n];
  const end = `${seconds % 60n}${fraction}s`;
  if (hours > 0n) return `${hours}h${minutes}m${end}`;
  return minutes > 0n ? `${minutes}m${end}` : end;
}
