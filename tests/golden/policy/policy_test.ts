/**
 * One folder per rule of the mutations of policy objects: `input.yaml` (first document: what the rule is, settings, the
 * snapshot in few words; then the policy objects), `plan.json` with what each mutation wants, and `answer.json` with the
 * resources that have changed, read by Envoy's own descriptors.
 *
 *     deno test -A tests/golden/policy -- --rewrite     writes both anew; read the difference
 */
import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { parse } from "yaml";
import type { FailureScope, ListName, PolicyMutation, PolicyStep } from "../../../lib/model/mod.ts";
import { type MutationResult, planFailure, type RunOptions } from "../../../lib/mutations/mod.ts";
import { applyPlan, type Snapshot } from "../../../lib/xds/mod.ts";
import { throwaways } from "../words.ts";
import { draw, type Drawing } from "./drawing.ts";
import { Official } from "./official.ts";
import { asSnapshot, believe, contextOf, runAll, stepsOf } from "./run_all.ts";

interface Header {
  readonly rule: string;
  /** The section `policy` of the configuration. */
  readonly policy?: unknown;
  /** The operator's page. */
  readonly page?: string;
  /** False for the one resource of a small hook. */
  readonly whole?: boolean;
  readonly snapshot: Drawing;
  /** What goes wrong, by mutation. */
  readonly faults?: Partial<Record<PolicyMutation, RunOptions["fault"]>>;
  /** How far a 500 reaches where something goes wrong; nothing is answered 500 without it. */
  readonly http500?: FailureScope;
}

const here = fileURLToPath(new URL(".", import.meta.url));
const rewrite = Deno.args.includes("--rewrite");
const official = await Official.load();

const TYPES: Readonly<Record<ListName, string>> = {
  clusters: "envoy.config.cluster.v3.Cluster",
  secrets: "envoy.extensions.transport_sockets.tls.v3.Secret",
  listeners: "envoy.config.listener.v3.Listener",
  routes: "envoy.config.route.v3.RouteConfiguration",
};

/** Steps without what they carry of settings and policies: the answer shows that. */
function stepText(step: PolicyStep): unknown {
  return Object.fromEntries(
    Object.entries(step).map(([key, value]) => {
      if (key === "waf") return [key, value.filterName];
      if (key === "policy" && value !== null) return [key, `${value.namespace}/${value.name}`];
      return [key, key === "reply" ? "the page" : value];
    }),
  );
}

function resultText({ mutation, steps, failures, keys }: MutationResult): unknown {
  return {
    mutation,
    steps: steps.map(stepText),
    keys: keys.map(({ family, key }) => `${family}: ${key}`),
    ...(failures.length > 0 ? { failures } : {}),
  };
}

/** Each resource that has changed, by list and position. */
function changes(before: Snapshot, after: Snapshot): unknown {
  const found: Record<string, unknown> = {};
  for (const list of ["clusters", "secrets", "listeners", "routes"] as const) {
    const came = before.resources(list);
    after.resources(list).forEach((bytes, index) => {
      if (Buffer.compare(bytes, came[index]) === 0) return;
      found[`${list} ${index}`] = official.read(TYPES[list], new Uint8Array(bytes));
    });
  }
  return found;
}

function compare(path: string, value: unknown): void {
  const text = JSON.stringify(value, null, 2) + "\n";
  if (rewrite) writeFileSync(path, text);
  assert.ok(existsSync(path), `${path} is missing: run with -- --rewrite`);
  assert.equal(text, readFileSync(path, "utf8"), path);
}

for (const { name } of readdirSync(here, { withFileTypes: true }).filter((one) => one.isDirectory())) {
  Deno.test(`policies: ${name.replaceAll("-", " ")}`, () => {
    const folder = `${here}${name}`;
    const [header, ...objects] = readFileSync(`${folder}/input.yaml`, "utf8").split(/^---$/m);
    const { policy, page, whole, snapshot: drawing, faults, http500 }: Header = parse(header);
    const belief = believe(objects.join("---"), policy, page);
    const context = contextOf(draw(drawing), belief, whole);
    const results = runAll(context, faults);
    const targets = results.flatMap(({ failures }) => failures.map(({ target }) => target));
    const failure = http500 === undefined ? [] : planFailure(targets, http500, context);
    const steps = [...stepsOf(results), ...failure];
    const answer = applyPlan(context.snapshot, { steps }, { throwaways });
    const plan = results.filter((one) => one.steps.length + one.failures.length > 0).map(resultText);
    compare(`${folder}/plan.json`, failure.length > 0 ? [...plan, { http500: failure.map(stepText) }] : plan);
    compare(`${folder}/answer.json`, changes(context.snapshot, asSnapshot(answer)));
    if (belief.settings.compat === "nso" || faults !== undefined) return;
    const again = runAll({ ...context, snapshot: asSnapshot(answer) });
    assert.deepEqual(stepsOf(again), [], "applied to its own answer it changes something");
  });
}
