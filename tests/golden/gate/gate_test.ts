/**
 * One folder per rule of the gate: `input.yaml` (first document: what the rule is, options, pairs in a word each; then the
 * objects) and `plan.json`, in which an object that goes out as it was written is only named.
 *
 *     deno test -A tests/golden/gate -- --rewrite     writes plan.json anew; read the difference
 */
import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { parse } from "yaml";
import type { GateOptions } from "../../../lib/gate/mod.ts";
import { checkObject } from "../../../lib/resources/mod.ts";
import { certificatesReady, listenerConditions } from "../../../lib/health/mod.ts";
import type {
  BareCondition,
  GatePlan,
  ListenerState,
  Place,
  PublishedObject,
  ResourceObject,
} from "../../../lib/model/mod.ts";
import { objectsOf, planOf } from "../../fakes/gate_objects.ts";

interface Header {
  readonly rule: string;
  readonly options?: Partial<GateOptions>;
  readonly pairs?: Record<string, string>;
}

const here = fileURLToPath(new URL(".", import.meta.url));
const rewrite = Deno.args.includes("--rewrite");

const nameText = ({ namespace, name }: { namespace: string; name: string }): string => `${namespace}/${name}`;
const placeText = ({ line, column }: Place): string => `${line}:${column}`;

function objectToJson(object: PublishedObject, written: ReadonlySet<unknown>): unknown {
  const what = `${object.kind} ${nameText(object)}`;
  if (written.has(object.value)) return `${what}: as written`;
  return object.pair === undefined
    ? object.value
    : { pair: new TextDecoder().decode(object.pair.certificate!), ...object.value };
}

function conditionText({ type, status, reason, message }: BareCondition): string {
  return `${type} ${status} ${reason}${message === "" ? "" : `: ${message}`}`;
}

function listenerToJson(state: ListenerState): unknown {
  const { gateway, owner, place, published, secrets, ...rest } = state;
  return {
    listener: `${owner.kind} ${nameText(owner)} at ${placeText(place)}`,
    gateway: nameText(gateway),
    ...rest,
    published: published && `${nameText(published)} ${published.listener}`,
    secrets: secrets.map((one) => {
      const { verdict, serving, warnings } = one;
      const advice = warnings.map(({ code }) => ` ${code}`).join("");
      return `${nameText(one)}: ${verdict.action} ${verdict.cause}, serving ${serving ?? "nothing"}${advice}`;
    }),
    conditions: listenerConditions(state, "unknown").map(conditionText),
  };
}

function planToJson(plan: GatePlan, objects: readonly ResourceObject[]): string {
  const written = new Set<unknown>(objects.map(({ value }) => value));
  const shown = {
    objects: plan.objects.map((object) => objectToJson(object, written)),
    gateways: plan.gateways.map(({ place, ...gateway }) => {
      const states = plan.listeners.filter((one) => nameText(one.gateway) === nameText(gateway));
      const condition = certificatesReady(states);
      return { ...gateway, place: placeText(place), condition: condition && conditionText(condition) };
    }),
    listeners: plan.listeners.map(listenerToJson),
    findings: plan.findings.map(({ place, ...finding }) => ({ ...finding, place: placeText(place) })),
  };
  return JSON.stringify(shown, null, 2) + "\n";
}

for (const { name } of readdirSync(here, { withFileTypes: true }).filter((one) => one.isDirectory())) {
  Deno.test(`planGate() ${name.replaceAll("-", " ")}`, () => {
    const text = readFileSync(`${here}${name}/input.yaml`, "utf8");
    const end = text.indexOf("\n---\n");
    const { options, pairs }: Header = parse(text.slice(0, end));
    const objects = objectsOf(text.slice(end + 5));
    const plan = planOf(objects, pairs, options);
    // One object that it does not take makes Envoy Gateway give up a whole reload.
    for (const { value } of plan.objects) assert.deepEqual(checkObject(value), []);
    const shown = planToJson(plan, objects);
    const path = `${here}${name}/plan.json`;
    if (rewrite) writeFileSync(path, shown);
    assert.ok(existsSync(path), `${path} is missing: run with -- --rewrite`);
    assert.equal(shown, readFileSync(path, "utf8"), path);
  });
}
