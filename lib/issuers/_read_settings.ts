import { distance } from "fastest-levenshtein";
import type { Annotations } from "./_annotations.ts";
import { INGRESS_KEYS, KNOWN_KEYS, URI_KEY } from "./_keys.ts";
import { readKey } from "./_read_key.ts";
import { readNames } from "./_read_names.ts";
import { readSubject } from "./_read_subject.ts";
import { readTemplate } from "./_read_template.ts";
import { readTimes } from "./_read_times.ts";
import { readRevisionLimit, readUsages } from "./_read_usages.ts";
import type { Reading } from "./_reading.ts";
import type { IntentSettings } from "./intent.ts";

/** What annotations ask of certificates. What is wrong with them, all of it, is in the reading. */
export function readSettings(reading: Reading): IntentSettings {
  return {
    ...readNames(reading),
    subject: readSubject(reading),
    ...readTimes(reading),
    usages: readUsages(reading),
    revisionHistoryLimit: readRevisionLimit(reading),
    privateKey: readKey(reading),
    secretTemplate: readTemplate(reading),
  };
}

/** Annotations that somebody has written in vain: what they are, and what to do. */
export function uselessOf(
  own: Annotations,
  compat: "none" | "cert-manager",
): { key: string; hint: string }[] {
  return [...own.keys()].flatMap((key) => {
    if (key === URI_KEY) {
      return [{ key, hint: "cert-manager does not read it from Gateways and ListenerSets" }];
    }
    if (INGRESS_KEYS.includes(key)) return compat === "none" ? [{ key, hint: "it is for an Ingress" }] : [];
    if (!key.startsWith("cert-manager.io/") || KNOWN_KEYS.includes(key)) return [];
    const near = KNOWN_KEYS.find((known) => distance(known, key) <= 2);
    return near === undefined ? [] : [{ key, hint: `did you mean ${JSON.stringify(near)}?` }];
  });
}
