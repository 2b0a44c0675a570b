import { InvalidArgumentError } from "commander";

const UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };

// What setTimeout() of the runtime can wait for; more than anybody waits for a host.
const LONGEST = 24 * 3_600_000;

/**
 * Reads `500ms`, `30s`, `5m`, `2h` or `1m30s`; a number without a unit could be anything and is refused.
 *
 * @returns Milliseconds.
 * @throws InvalidArgumentError for anything else, and above a day.
 */
export function readDuration(text: string): number {
  if (!/^(\d{1,9}(ms|s|m|h))+$/.test(text)) {
    throw new InvalidArgumentError("Expected a time such as 30s or 5m.");
  }
  const sum = [...text.matchAll(/(\d+)(ms|s|m|h)/g)]
    .reduce((total, [, number, unit]) => total + Number(number) * UNITS[unit], 0);
  if (sum > LONGEST) throw new InvalidArgumentError("Expected at most 24h.");
  return sum;
}
