/**
 * One folder per rule of the intents: `input.yaml` (first document: what the rule is and options; then the objects) and
 * `plan.json`. Where `cert-manager.json` is there, it holds what cert-manager itself made of the same objects: the function
 * `SyncFnFor` of its gateway shim, behind `inheritAnnotations` for ListenerSets, in the version that is noted, with a client
 * that remembers; and what its admission said of that. certgate has to make the same.
 *
 *     deno test -A tests/golden/intents -- --rewrite     writes plan.json anew; read the difference
 */
import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { parse } from "yaml";
import {
  type IntentFinding,
  type IntentOptions,
  type IntentPlan,
  planIntents,
  toCertificate,
} from "../../../lib/issuers/mod.ts";
import type { JsonObject, ObjectName, Place } from "../../../lib/model/mod.ts";
import { readResources } from "../../../lib/resources/mod.ts";

interface Header {
  readonly rule: string;
  readonly options?: IntentOptions;
}

interface Truth {
  readonly source: string;
  /** Objects for which it said `BadConfig`. */
  readonly badConfig: readonly string[];
  /** Objects whose Certificates its admission would not take, and the member that it is about. */
  readonly refused: readonly string[];
  readonly certificates: readonly JsonObject[];
}

const here = fileURLToPath(new URL(".", import.meta.url));
const rewrite = Deno.args.includes("--rewrite");

const nameText = ({ kind, namespace, name }: ObjectName & { kind: string }) => `${kind} ${namespace}/${name}`;
const placeText = (place: Place | null) => place === null ? "" : ` at ${place.line}:${place.column}`;

function planToJson({ intents, objects, findings }: IntentPlan): string {
  const shown = {
    intents: intents.map((intent) => ({
      owner: nameText(intent.owner),
      listeners: intent.listeners,
      certificate: toCertificate(intent),
      explain: intent.explain.map(({ field, value, origin: { from, key, object, place } }) =>
        `${field} = ${value}: ${from} ${key} ${object}`.trimEnd() + placeText(place)
      ),
    })),
    objects: objects.map(({ state, secrets, ...object }) =>
      `${nameText(object)}: ${state}, ${secrets.join(" ")}`
    ),
    findings: findings.map(({ severity, reason, object, place, message, hint }) => ({
      what: `${severity} ${reason}, ${nameText(object)}${placeText(place)}`,
      message,
      hint,
    })),
  };
  return JSON.stringify(shown, null, 2) + "\n";
}

const byName = (certificates: readonly JsonObject[]): JsonObject[] => {
  const keyOf = ({ metadata }: JsonObject) =>
    JSON.stringify([(metadata as JsonObject).namespace, (metadata as JsonObject).name]);
  return [...certificates].sort((a, b) => keyOf(a) < keyOf(b) ? -1 : 1);
};

for (const { name } of readdirSync(here, { withFileTypes: true }).filter((one) => one.isDirectory())) {
  const folder = `${here}${name}`;
  Deno.test(`planIntents() ${name.replaceAll("-", " ")}`, () => {
    const text = readFileSync(`${folder}/input.yaml`, "utf8");
    const end = text.indexOf("\n---\n");
    const { options }: Header = parse(text.slice(0, end));
    // The head stays in the text as comments, so that places are those of the file.
    const objects = text.slice(0, end).replaceAll(/^/gm, "# ") + text.slice(end);
    const read = readResources(new Map([["input.yaml", { text: objects }]]), new Map());
    assert.deepEqual(read.findings, []);
    const plan = planIntents(read.objects, options);
    const shown = planToJson(plan);
    const path = `${folder}/plan.json`;
    if (rewrite) writeFileSync(path, shown);
    assert.ok(existsSync(path), `${path} is missing: run with -- --rewrite`);
    assert.equal(shown, readFileSync(path, "utf8"), path);
    if (existsSync(`${folder}/cert-manager.json`)) compare(plan, `${folder}/cert-manager.json`);
  });
}

function compare(plan: IntentPlan, path: string): void {
  const truth: Truth = JSON.parse(readFileSync(path, "utf8"));
  assert.deepEqual(byName(plan.intents.map(toCertificate)), byName(truth.certificates), path);
  const said = (word: IntentFinding["severity"] | IntentFinding["reason"]) => {
    const found = plan.findings.filter(({ severity, reason }) => severity === word || reason === word);
    return [...new Set(found.map(({ object }) => nameText(object)))].sort();
  };
  assert.deepEqual(said("bad"), truth.badConfig, path);
  assert.deepEqual(said("Doubtful"), truth.refused.map((one) => one.split(": ")[0]), path);
}
