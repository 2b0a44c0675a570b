import { type Der, GENERALIZED_TIME, UTC_TIME } from "./_der.ts";

/** Days before each month of a common year; one more than months so that a bad month reads as 0 days. */
const DAYS = [0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/**
 * Milliseconds since the epoch of the time element read last, or `null` if BoringSSL would not take it.
 *
 * - UTCTime: `YYMMDDhhmmssZ`, or with `+hhmm` or `-hhmm` in place of `Z`; 50 to 99 are the years 19xx.
 * - GeneralizedTime: `YYYYMMDDhhmmssZ` only.
 */
export function readTime(der: Der): number | null {
  const { bytes, tag } = der;
  let at = der.from;
  const to = der.to;
  const two = (): number => {
    if (at + 2 > to) return NaN;
    const a = bytes[at++] - 0x30, b = bytes[at++] - 0x30;
    return a >= 0 && a <= 9 && b >= 0 && b <= 9 ? a * 10 + b : NaN;
  };
  let year: number;
  if (tag === GENERALIZED_TIME) {
    year = two() * 100 + two();
  } else if (tag === UTC_TIME) {
    year = two();
    year += year < 50 ? 2000 : 1900;
  } else {
    return null;
  }
  const month = two(), day = two(), hour = two(), minute = two(), second = two();
  const leap = (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;
  const days = (DAYS[month] ?? 0) + (month === 2 && leap ? 1 : 0);
  if (!(day >= 1 && day <= days && hour <= 23 && minute <= 59 && second <= 59) || at >= to) return null;
  let offset = 0;
  const zone = bytes[at++];
  if (zone === 0x2b || zone === 0x2d) {
    if (tag !== UTC_TIME) return null;
    const hours = two(), minutes = two();
    if (!(hours <= 23 && minutes <= 59)) return null;
    offset = (zone === 0x2b ? -1 : 1) * (hours * 60 + minutes) * 60_000;
  } else if (zone !== 0x5a) {
    return null;
  }
  if (at !== to || Number.isNaN(year)) return null;
  // Date.UTC takes the years 0 to 99 for 19xx, so the year is set by itself.
  const date = new Date(Date.UTC(2000, month - 1, 1, hour, minute, second));
  date.setUTCFullYear(year, month - 1, day);
  return date.getTime() + offset;
}
