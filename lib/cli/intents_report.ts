import pc from "picocolors";
import { type Intent, type IntentPlan, type Origin, toCertificate } from "../issuers/mod.ts";
import { plainTable } from "./plain_table.ts";
import { printable } from "./printable.ts";
import { renderData } from "./render_data.ts";
import { showPlace } from "./show_place.ts";

/** Certificates as YAML, a document each; explanations are comments, so that it can be applied all the same. */
export function renderIntentYaml({ intents }: IntentPlan, explain: boolean): string {
  return intents.map((intent) => {
    const comments = explain ? explanation(intent, plain).map((line) => `# ${line}\n`).join("") : "";
    return `---\n${comments}${renderData(toCertificate(intent), "yaml")}`;
  }).join("");
}

/** Certificates as one `kind: List` in JSON. */
export function renderIntentList({ intents }: IntentPlan): string {
  return renderData({ apiVersion: "v1", kind: "List", items: intents.map(toCertificate) }, "json");
}

/** The whole plan in JSON: each certificate with where its values come from, every object, everything there is to say. */
export function renderIntentData({ intents, objects, findings }: IntentPlan): string {
  return renderData({
    intents: intents.map((intent) => ({
      namespace: intent.namespace,
      name: intent.name,
      owner: nameOf(intent.owner),
      listeners: intent.listeners,
      explain: intent.explain.map(({ field, value, origin: { from, key, object, place } }) => (
        { field, value, from, key, object, place: place && showPlace(place) }
      )),
      certificate: toCertificate(intent),
    })),
    objects: objects.map(({ place, state, secrets, ...object }) => (
      { ...nameOf(object), place: showPlace(place), state, secrets }
    )),
    findings: findings.map(({ object, place, ...finding }) => (
      { object: nameOf(object), place: showPlace(place), ...finding }
    )),
  }, "json");
}

/** A row for each certificate, and below them where their values come from. */
export function renderIntentTable({ intents, objects }: IntentPlan, explain: boolean): string {
  const rows = intents.map(({ namespace, name, issuerRef, dnsNames, ipAddresses, owner }) => [
    printable(`${namespace}/${name}`),
    printable(`${issuerRef.kind || "Issuer"}/${issuerRef.name}`),
    shorten([...dnsNames, ...ipAddresses]),
    printable(`${owner.kind} ${owner.namespace}/${owner.name}`),
  ]);
  const table = plainTable(["SECRET", "ISSUER", "NAMES", "OWNER"], rows);
  const below = explain ? intents.map((intent) => `\n${explanation(intent, pc).join("\n")}\n`).join("") : "";
  const bad = objects.filter(({ state }) => state === "bad").length;
  const certificates = intents.length === 1 ? "1 certificate" : `${intents.length} certificates`;
  const counts = `${certificates}, ${bad} ${bad === 1 ? "object" : "objects"} that cannot be planned`;
  return `${table}${below}\n${counts}\n`;
}

interface Paint {
  bold(text: string): string;
  dim(text: string): string;
}

// What is redirected to a file has to stay YAML whatever a terminal can do.
const plain: Paint = { bold: (text) => text, dim: (text) => text };

/** The Secret and its owner, then each value with the place that it comes from. */
function explanation({ namespace, name, owner, explain }: Intent, { bold, dim }: Paint): string[] {
  const title = `Secret ${namespace}/${name} of ${owner.kind} ${owner.namespace}/${owner.name}`;
  const owned = owner.uid === ""
    ? ["  metadata.ownerReferences: none, the owner has no metadata.uid in its file"]
    : [];
  const lines = explain.flatMap(({ field, value, origin }) => [
    `  ${field}: ${printable(value)}`,
    `    ${dim(printable(originText(origin)))}`,
  ]);
  return [bold(printable(title)), ...owned, ...lines];
}

function originText({ from, key, object, place }: Origin): string {
  if (place === null) return "default";
  const at = showPlace(place);
  switch (from) {
    case "own":
      return `annotation ${key}, ${at}`;
    case "inherited":
      return `inherited: annotation ${key} of ${object}, ${at}`;
    case "map":
      return `renamed from annotation ${key} of ${object}, ${at}`;
    default:
      return `${key} of ${object}, ${at}`;
  }
}

function nameOf({ kind, namespace, name }: { kind: string; namespace: string; name: string }) {
  return { kind, namespace, name };
}

function shorten(names: readonly string[]): string {
  const shown = printable(names.slice(0, 2).join(", "));
  const text = names.length > 2 ? `${shown} +${names.length - 2}` : shown;
  return text.length > 60 ? `${text.slice(0, 59)}…` : text || "-";
}
