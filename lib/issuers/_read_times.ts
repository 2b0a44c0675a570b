import { MAKING_KEYS } from "./_keys.ts";
import { durationText, parseDuration } from "./_parse_duration.ts";
import { parseInteger } from "./_parse_integer.ts";
import type { Reading } from "./_reading.ts";
import type { IntentDuration, IntentSettings } from "./intent.ts";

const MINUTE = 60_000_000_000n;
const HOUR = 60n * MINUTE;

// cert-manager: pkg/apis/certmanager/v1/const.go.
const SHORTEST_LIFE = HOUR;
const SHORTEST_WINDOW = 5n * MINUTE;
const USUAL_LIFE = 90n * 24n * HOUR;

const GO_HINT = "write it as Go does, such as 2160h or 1h30m; there is no unit for days";

const { duration: LIFE, renewBefore: WINDOW, renewBeforePercentage: PERCENTAGE } = MAKING_KEYS;

type Times = Pick<IntentSettings, "duration" | "renewBefore" | "renewBeforePercentage">;

/**
 * Lifetime and time of renewal. cert-manager's admission looks at the percentage only where a duration is written; here it
 * is looked at always.
 */
export function readTimes(reading: Reading): Times {
  const life = readDuration(reading, LIFE, SHORTEST_LIFE, "an hour");
  const window = readDuration(reading, WINDOW, SHORTEST_WINDOW, "5 minutes");
  const percentage = readPercentage(reading);
  const whole = life ?? USUAL_LIFE;
  if (window !== null && window >= whole) {
    reading.refuse(WINDOW, `it has to be less than the duration ${durationText(whole)}`, "renew later");
  }
  if (percentage !== null) {
    // The percentage is of the life that has passed.
    const left = (whole * BigInt(100 - percentage)) / 100n;
    if (left < SHORTEST_WINDOW) {
      reading.refuse(PERCENTAGE, "that leaves less than 5 minutes", "renew earlier");
    }
    if (left >= whole) {
      reading.refuse(
        PERCENTAGE,
        "that is the whole duration or more",
        "renew later: it is the part that has passed",
      );
    }
  }
  if (reading.text(WINDOW) !== null && reading.text(PERCENTAGE) !== null) {
    reading.refuse(PERCENTAGE, `it cannot stand with ${JSON.stringify(WINDOW)}`, "keep one of the two");
  }
  return {
    duration: taken(reading, LIFE, "spec.duration", life),
    renewBefore: taken(reading, WINDOW, "spec.renewBefore", window),
    renewBeforePercentage: percentage,
  };
}

function readDuration(reading: Reading, key: string, least: bigint, leastText: string): bigint | null {
  const text = reading.text(key);
  if (text === null) return null;
  const value = parseDuration(text);
  if (value === null) return reading.refuse(key, "it is no duration", GO_HINT);
  if (value < least) return reading.refuse(key, "it is too short", `at least ${leastText} is needed`);
  return value;
}

function readPercentage(reading: Reading): number | null {
  const text = reading.text(PERCENTAGE);
  if (text === null) return null;
  const value = parseInteger(text, 32);
  if (value === null) {
    return reading.refuse(PERCENTAGE, "it is no whole number", "write it without the % sign");
  }
  reading.took(PERCENTAGE, "spec.renewBeforePercentage", String(value));
  return value;
}

function taken(reading: Reading, key: string, field: string, value: bigint | null): IntentDuration | null {
  if (value === null) return null;
  const text = durationText(value);
  reading.took(key, field, text);
  return { text, milliseconds: Number(value) / 1e6 };
}
