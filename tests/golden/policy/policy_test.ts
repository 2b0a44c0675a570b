/**
 * One folder per rule of the mutations of policy objects: `input.yaml` (first document: what the rule is, settings, the
 * snapshot in few words; then the policy objects), `plan.json` with what each mutation wants, and `answer.json` with the
 * resources that have changed, read by Envoy's own descriptors.
 *
 *     deno test -A tests/golden/policy -- --rewrite     writes both anew; read the difference
 */
import assert from "node:assert/strict";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import type { ListName, PolicyStep } from "../../../lib/model/mod.ts";
import type { MutationResult } from "../../../lib/mutations/mod.ts";
import type { Snapshot } from "../../../lib/xds/mod.ts";
import { folders, here, runCase } from "./case.ts";
import { Official } from "./official.ts";
import { runAll, stepsOf } from "./run_all.ts";

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
    const went = after.resources(list);
    assert.equal(went.length, came.length, `${list} get neither more nor fewer`);
    went.forEach((bytes, index) => {
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

for (const name of folders) {
  Deno.test(`policies: ${name.replaceAll("-", " ")}`, () => {
    const { header, belief, context, results, failure, answer } = runCase(name);
    const plan = results.filter((one) => one.steps.length + one.failures.length > 0).map(resultText);
    const failed = failure.length > 0 ? [{ http500: failure.map(stepText) }] : [];
    compare(`${here}${name}/plan.json`, [...plan, ...failed]);
    compare(`${here}${name}/answer.json`, changes(context.snapshot, answer));
    if (belief.settings.compat === "nso" || header.faults !== undefined) return;
    const again = runAll({ ...context, snapshot: answer });
    assert.deepEqual(stepsOf(again), [], "applied to its own answer it changes something");
  });
}
