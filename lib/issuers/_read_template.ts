import { Buffer } from "node:buffer";
import type { Json } from "../model/mod.ts";
import { isObject } from "../resources/mod.ts";
import { quoted } from "./_json.ts";
import { MAKING_KEYS } from "./_keys.ts";
import type { Reading } from "./_reading.ts";
import type { IntentTemplate } from "./intent.ts";

const KEY = MAKING_KEYS.secretTemplate;
const HINT = 'write {"annotations": {…}, "labels": {…}} with texts in them';

// k8s.io/apimachinery: api/validation and util/validation.
const MOST_BYTES = 256 * 1024;
const NAME = /^[A-Za-z0-9]([\w.-]{0,61}[A-Za-z0-9])?$/;
const PREFIX = /^(?=.{1,253}$)[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*$/;
const LABEL_VALUE = /^([A-Za-z0-9]([\w.-]{0,61}[A-Za-z0-9])?)?$/;

type Texts = { readonly [key: string]: string };

/**
 * What the Secret is to get beside the pair: JSON with `annotations` and `labels` and nothing else. `null` if it asks for
 * nothing.
 *
 * Stricter than cert-manager in one point: text behind the JSON is refused, not dropped.
 */
export function readTemplate(reading: Reading): IntentTemplate | null {
  const text = reading.text(KEY);
  if (text === null) return null;
  let value: Json;
  try {
    value = JSON.parse(text);
  } catch {
    return reading.refuse(KEY, "it is no JSON", HINT);
  }
  if (value === null) return null;
  if (!isObject(value)) return reading.refuse(KEY, "it is no object of JSON", HINT);
  const members = new Map<string, Texts>();
  for (const [name, member] of Object.entries(value)) {
    // Go takes the name of a member in any case.
    const known = ["annotations", "labels"].find((one) => one === name.toLowerCase());
    if (known === undefined) return reading.refuse(KEY, `there is no member ${quoted(name)}`, HINT);
    const texts = member === null ? {} : textsOf(member);
    if (texts === null) return reading.refuse(KEY, `${quoted(name)} is no map of texts`, HINT);
    members.set(known, { ...members.get(known), ...texts });
  }
  const annotations = members.get("annotations") ?? {};
  const labels = members.get("labels") ?? {};
  const wrong = whyNoAnnotations(annotations) || whyNoLabels(labels);
  if (wrong !== "") return reading.refuse(KEY, wrong, "");
  const template = {
    ...Object.keys(annotations).length === 0 ? {} : { annotations },
    ...Object.keys(labels).length === 0 ? {} : { labels },
  };
  if (Object.keys(template).length === 0) return null;
  reading.took(KEY, "spec.secretTemplate", JSON.stringify(template));
  return template;
}

function textsOf(value: Json): Texts | null {
  if (!isObject(value)) return null;
  const entries = Object.entries(value).map(([key, text]) => [key, text === null ? "" : text] as const);
  return entries.every(([, text]) => typeof text === "string") ? Object.fromEntries(entries) as Texts : null;
}

function whyNoAnnotations(annotations: Texts): string {
  let size = 0;
  for (const [key, text] of Object.entries(annotations)) {
    if (key.startsWith("cert-manager.io/")) return `annotation ${quoted(key)} is cert-manager's own to set`;
    if (!isQualified(key.toLowerCase())) return `${quoted(key)} is not the name of an annotation`;
    size += Buffer.byteLength(key) + Buffer.byteLength(text);
  }
  return size > MOST_BYTES ? `annotations of ${size} bytes are too many` : "";
}

function whyNoLabels(labels: Texts): string {
  for (const [key, text] of Object.entries(labels)) {
    if (!isQualified(key)) return `${quoted(key)} is not the name of a label`;
    if (!LABEL_VALUE.test(text)) return `${quoted(text)} is not the value of a label`;
  }
  return "";
}

function isQualified(key: string): boolean {
  const parts = key.split("/");
  return parts.length < 3 && NAME.test(parts.at(-1)!) && (parts.length === 1 || PREFIX.test(parts[0]));
}
