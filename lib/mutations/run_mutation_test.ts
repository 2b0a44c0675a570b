import assert from "node:assert/strict";
import { POLICY_MUTATIONS } from "../model/mod.ts";
import { applyPlan } from "../xds/mod.ts";
import { asSnapshot } from "../../tests/golden/policy/run_all.ts";
import { throwaways } from "../../tests/golden/words.ts";
import { targetKey } from "./_places.ts";
import { Run } from "./_run.ts";
import { runMutation } from "./run_mutation.ts";
import { targetOfStep } from "./_target_of_step.ts";
import { targetsOf } from "./targets_of.ts";
import { contextOf, entry, index, settings } from "../../tests/golden/policy/fake_context.ts";

const keysOf = (targets: readonly Parameters<typeof targetKey>[0][]) => targets.map(targetKey).sort();

Deno.test("runMutation() gives every target of every mutation a step", () => {
  const context = contextOf();
  for (const name of POLICY_MUTATIONS) {
    const { steps, failures, mutation } = runMutation(name, context);
    assert.equal(mutation, name);
    assert.deepEqual(failures, [], name);
    assert.ok(steps.length > 0, name);
    const done = steps.map((step) => targetOfStep(step, context));
    assert.deepEqual(keysOf(done), keysOf(targetsOf(name, context)), name);
  }
});

for (const fault of ["throw", "garbage"] as const) {
  Deno.test(`runMutation() with the fault ${fault} fails every target and keeps no step`, () => {
    const context = contextOf();
    for (const name of POLICY_MUTATIONS) {
      const { steps, failures } = runMutation(name, context, { fault });
      assert.deepEqual(steps, [], name);
      assert.deepEqual([...new Set(failures.map(({ kind }) => kind))], [
        fault === "throw" ? "threw" : "lint",
      ]);
      assert.deepEqual(keysOf(failures.map(({ target }) => target)), keysOf(targetsOf(name, context)), name);
    }
  });
}

Deno.test("runMutation() leaves the others alone where one target throws", () => {
  const governing: typeof index.governing = (_gateway, route) => {
    if (route?.name === "bad") throw new Error("out of order");
    return { project: "blue", policy: entry };
  };
  const routes = ["good", "bad", "fine"].map((name) => ({ name, of: `HTTPRoute default/${name}` }));
  const drawing = { routes: [{ name: "web", hosts: [{ name: "a", of: "default/eg/http", routes }] }] };
  const context = contextOf(drawing, { index: { ...index, namesRoutes: true, governing } });
  const { steps, failures } = runMutation("wafRoute", context);
  assert.deepEqual(steps.map((step) => "routeName" in step && step.routeName), ["good", "fine"]);
  assert.deepEqual(failures.map(({ kind, message, target }) => [kind, message, targetKey(target)]), [
    ["threw", "out of order", "r 0 0 1"],
  ]);
});

Deno.test("runMutation() fails a virtual host whose Gateway cannot be looked up, and goes on with the next", () => {
  const governing: typeof index.governing = (gateway) => {
    if (gateway.name === "bad") throw new Error("out of order");
    return { project: "blue", policy: entry };
  };
  const host = (name: string) => ({ name, of: `default/${name}/http`, routes: [{ name: "r" }] });
  const drawing = { routes: [{ name: "web", hosts: [host("bad"), host("good")] }] };
  const { steps, failures } = runMutation("wafRoute", contextOf(drawing, { index: { ...index, governing } }));
  assert.deepEqual(steps.map((step) => "virtualHostName" in step && step.virtualHostName), ["good"]);
  assert.deepEqual(failures.map(({ target }) => targetKey(target)), ["v 0 0"]);
});

Deno.test("runMutation() fails what is left once the time is over", () => {
  for (const name of POLICY_MUTATIONS) {
    const context = contextOf();
    const { steps, failures } = runMutation(name, context, { isLate: () => true });
    assert.deepEqual(steps, [], name);
    assert.deepEqual(keysOf(failures.map(({ target }) => target)), keysOf(targetsOf(name, context)), name);
    assert.ok(failures.every(({ kind }) => kind === "deadline"), name);
  }
  let asked = 0;
  const late = runMutation("wafListener", contextOf(), { isLate: () => ++asked > 1 });
  assert.deepEqual(late.steps.map((step) => "listenerName" in step && step.listenerName), ["tcp-80"]);
  assert.deepEqual(late.failures.map(({ kind, target }) => [kind, targetKey(target)]), [
    ["deadline", "m 1 default 0"],
  ]);
});

Deno.test("runMutation() reports what does not read as malformed and does the rest", () => {
  const drawing = {
    listeners: [{ name: "tcp-80", chains: [[{ rds: "web", unreadable: true }], [{ rds: "web" }]] }],
  };
  for (const name of ["wafListener", "localReply"] as const) {
    const { steps, failures } = runMutation(name, contextOf(drawing));
    assert.deepEqual(failures.map(({ kind, target }) => [kind, targetKey(target)]), [[
      "malformed",
      "m 0 0 0",
    ]]);
    assert.equal(steps.length, 1);
  }
});

Deno.test("runMutation() leads CONNECT to no cluster that connectorClusters has failed at", () => {
  const failed = contextOf(undefined, { failedClusters: new Set([0]) });
  const { steps } = runMutation("connectorRoutes", failed);
  assert.deepEqual(steps.map(({ kind }) => kind), ["refuse_route"]);
});

Deno.test("runMutation() has keys: sorted, each once, and none for a route with the project's name only", () => {
  const host = { name: "a", of: "default/eg/http", routes: [{ name: "z" }, { name: "b" }, { name: "b" }] };
  const drawing = { routes: [{ name: "web", hosts: [host] }] };
  assert.deepEqual(runMutation("wafRoute", contextOf(drawing)).keys, [
    { family: "waf_route", key: "web a b" },
    { family: "waf_route", key: "web a z" },
  ]);
  const off = contextOf(drawing, { settings: { ...settings, waf: null } });
  const { steps, keys } = runMutation("wafRoute", off);
  assert.equal(steps.length, 3);
  assert.deepEqual(keys, []);
});

Deno.test("targetsOf() takes everything of its kind where the index throws", () => {
  const broken = () => {
    throw new Error("out of order");
  };
  const context = contextOf(undefined, {
    index: { ...index, governing: broken, connector: broken, device: broken },
  });
  assert.equal(targetsOf("wafRoute", context).length, 2);
  assert.equal(targetsOf("connectorClusters", context).length, 4);
  for (const name of ["wafRoute", "connectorClusters", "connectorRoutes", "vpcBind"] as const) {
    const { steps, failures } = runMutation(name, context);
    assert.deepEqual(steps, [], name);
    assert.ok(failures.length > 0 && failures.every(({ kind }) => kind === "threw"), name);
  }
});

Deno.test("targetsOf() is empty for what is switched off", () => {
  const nothing = {
    index: { ...index, isEmpty: true, connectors: 0, devices: 0 },
    settings: { ...settings, waf: null, localReply: null },
  };
  for (const name of POLICY_MUTATIONS) {
    assert.deepEqual(targetsOf(name, contextOf(undefined, nothing)), [], name);
    assert.deepEqual(runMutation(name, contextOf(undefined, nothing)).steps, [], name);
  }
});

Deno.test("runMutation() says which policies are on routes, those that stood there already included", () => {
  const context = contextOf();
  const first = runMutation("wafRoute", context);
  assert.deepEqual(first.applied, [entry]);
  const answer = applyPlan(context.snapshot, { steps: first.steps }, { throwaways });
  const second = runMutation("wafRoute", { ...context, snapshot: asSnapshot(answer) });
  assert.deepEqual(second.steps, []);
  assert.deepEqual(second.applied, [entry]);
  assert.deepEqual(runMutation("wafRoute", context, { fault: "garbage" }).applied, []);
  assert.deepEqual(runMutation("wafListener", context).applied, []);
});

Deno.test("Run.attempt() takes back the steps of a target that throws after them", () => {
  const context = contextOf();
  const [step] = runMutation("vpcBind", context).steps;
  const run = new Run(context, {});
  const target = targetOfStep(step, context);
  run.attempt("good", { target: () => target, plan: (_name, run) => run.add(step) });
  run.attempt("bad", {
    target: () => target,
    plan(_name, run) {
      run.add(step);
      throw new Error("out of order");
    },
  });
  assert.deepEqual(run.steps, [step]);
  assert.deepEqual(run.failures, [{ target, kind: "threw", message: "out of order" }]);
});
