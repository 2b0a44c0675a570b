import { MAKING_KEYS, SUBJECT_KEYS } from "./_keys.ts";
import { parseCsv } from "./_parse_csv.ts";
import type { Reading } from "./_reading.ts";
import type { IntentSubject } from "./intent.ts";

/** The subject beside the common name; `null` if nothing of it is set. */
export function readSubject(reading: Reading): IntentSubject | null {
  const subject: Record<string, string | readonly string[]> = {};
  for (const [member, key] of Object.entries(SUBJECT_KEYS)) {
    const text = reading.text(key);
    if (text === null) continue;
    const values = parseCsv(text);
    if (values === null) {
      const why = text === "" ? "there is no value in it" : "it is not one line of comma-separated values";
      reading.refuse(
        key,
        why,
        'a value with a comma stands in double quotes, such as "Example, Inc.",Another',
      );
      continue;
    }
    subject[member] = values;
    reading.took(key, `spec.subject.${member}`, values.join(" | "));
  }
  const serialNumber = reading.text(MAKING_KEYS.serialNumber) ?? "";
  if (serialNumber !== "") {
    subject.serialNumber = serialNumber;
    reading.took(MAKING_KEYS.serialNumber, "spec.subject.serialNumber", serialNumber);
  }
  return Object.keys(subject).length === 0 ? null : subject;
}
