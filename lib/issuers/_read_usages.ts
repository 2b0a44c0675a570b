import { MAKING_KEYS } from "./_keys.ts";
import { quoted } from "./_json.ts";
import { parseInteger } from "./_parse_integer.ts";
import type { Reading } from "./_reading.ts";

/** What cert-manager asks for where nothing is written. */
const DEFAULT_USAGES = ["digital signature", "key encipherment"];

/** The names that cert-manager has for the bits of RFC 5280, 4.2.1.3, and the purposes of 4.2.1.12. */
const USAGES: ReadonlySet<string> = new Set([
  ...["signing", "digital signature", "content commitment", "key encipherment", "key agreement"],
  ...["data encipherment", "cert sign", "crl sign", "encipher only", "decipher only"],
  ...["any", "server auth", "client auth", "code signing", "email protection", "s/mime"],
  ...["ipsec end system", "ipsec tunnel", "ipsec user", "timestamping", "ocsp signing"],
  ...["microsoft sgc", "netscape sgc"],
]);

/** The usages of the key: a list that is written replaces the usual one. */
export function readUsages(reading: Reading): readonly string[] {
  const key = MAKING_KEYS.usages;
  const text = reading.text(key);
  if (text === null) return DEFAULT_USAGES;
  const usages = text.split(",").map((usage) => usage.replace(/^ +| +$/g, ""));
  const unknown = usages.find((usage) => !USAGES.has(usage));
  if (unknown !== undefined) {
    reading.refuse(key, `there is no usage ${quoted(unknown)}`, `known are: ${[...USAGES].join(", ")}`);
    return DEFAULT_USAGES;
  }
  reading.took(key, "spec.usages", usages.join(", "));
  return usages;
}

/** How many requests are kept; `null` if nothing is said. */
export function readRevisionLimit(reading: Reading): number | null {
  const key = MAKING_KEYS.revisionHistoryLimit;
  const text = reading.text(key);
  if (text === null) return null;
  const limit = parseInteger(text, 32);
  if (limit === null || limit < 1) {
    return reading.refuse(key, "it is no number of requests", "write 1 or more");
  }
  reading.took(key, "spec.revisionHistoryLimit", text);
  return limit;
}
