import { InvalidArgumentError } from "commander";

/** Reads a time of the command line. @returns milliseconds since the epoch. @throws InvalidArgumentError */
export function readTime(text: string): number {
  const moment = /^\d{4}-\d\d-\d\d([T ]\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d))?$/.test(text)
    ? Date.parse(text)
    : NaN;
  // Date.parse() takes the 31st of February for a day of March.
  const day = `${text.slice(0, 10)}T00:00:00.000Z`;
  if (Number.isNaN(moment) || new Date(Date.parse(day)).toISOString() !== day) {
    throw new InvalidArgumentError("Expected a time such as 2030-01-01T00:00:00Z.");
  }
  return moment;
}
