import assert from "node:assert/strict";
import { FAILURE_SCOPES, type PolicyStep } from "../model/mod.ts";
import { planFailure } from "./plan_failure.ts";
import { targetsOf } from "./targets_of.ts";
import { contextOf } from "../../tests/golden/policy/fake_context.ts";
import type { Drawing } from "../../tests/golden/policy/drawing.ts";

/** Two listeners share a route configuration; one has a manager of its own, and there is the one for readiness. */
const drawing: Drawing = {
  clusters: ["online", "backend"],
  listeners: [
    { name: "envoy-gateway-proxy-ready-0.0.0.0-19003", chains: [[{ inline: true }]] },
    { name: "tcp-80", chains: [[{ rds: "web" }], [{ rds: "more" }], [{ inline: true }]] },
    { name: "tcp-81", default: [{ rds: "web" }] },
    { name: "tcp-82", default: [{ rds: "far" }] },
  ],
  routes: [
    {
      name: "web",
      hosts: [
        { name: "a", routes: [{ name: "a0", cluster: "online" }, { name: "a1" }] },
        { name: "b", routes: [{ name: "b0", weighted: ["backend", "online"] }] },
      ],
    },
    { name: "more", hosts: [{ name: "m", routes: [{ name: "m0" }] }] },
    { name: "far", hosts: [{ name: "f", routes: [{ name: "f0" }] }] },
  ],
};

const place = { routeConfig: 0, routeConfigName: "web", virtualHost: 0, virtualHostName: "a" };
const route = { kind: "route", ...place, route: 1, routeName: "a1" } as const;
const host = { kind: "virtualHost", ...place } as const;
const plainHost = { ...host, routeConfig: 2, routeConfigName: "far", virtualHostName: "f" } as const;
const cluster = { kind: "cluster", cluster: 0, clusterName: "online" } as const;
const manager = {
  kind: "httpManager",
  listener: 2,
  listenerName: "tcp-81",
  chain: "default",
  filter: 0,
  routeConfigName: "web",
} as const;

/** A step in one word. */
function word(step: PolicyStep): string {
  if ("routeName" in step) return step.routeName;
  if ("virtualHostName" in step) return step.virtualHostName;
  return "listenerName" in step ? `${step.listenerName} ${step.chain}` : "";
}

const plan = (
  targets: Parameters<typeof planFailure>[0],
  scope: (typeof FAILURE_SCOPES)[number],
  whole = true,
) => planFailure(targets, scope, contextOf(drawing, { whole })).map(word);

Deno.test("planFailure() answers 500 for a route as far as the scope says", () => {
  assert.deepEqual(plan([route], "route"), ["a1"]);
  assert.deepEqual(plan([route], "virtualHost"), ["a"]);
  // Both listeners that ask for the route configuration, with all that they serve.
  assert.deepEqual(plan([route], "listener"), ["a", "b", "m", "tcp-80 2"]);
  assert.deepEqual(plan([route], "everything"), ["a", "b", "m", "f", "tcp-80 2"]);
});

Deno.test("planFailure() answers 500 for a virtual host: its routes to connectors, or all of it", () => {
  assert.deepEqual(plan([host], "route"), ["a0"]);
  assert.deepEqual(plan([plainHost], "route"), ["f"]);
  assert.deepEqual(plan([host], "virtualHost"), ["a"]);
  assert.deepEqual(plan([plainHost], "listener"), ["f"]);
});

Deno.test("planFailure() answers 500 for what leads to a cluster, by weight too", () => {
  assert.deepEqual(plan([cluster], "route"), ["a0", "b0"]);
  assert.deepEqual(plan([cluster], "virtualHost"), ["a", "b"]);
});

Deno.test("planFailure() answers 500 for what a manager serves", () => {
  assert.deepEqual(plan([manager], "route"), ["a0", "a1", "b0"]);
  assert.deepEqual(plan([manager], "virtualHost"), ["a", "b"]);
  // The listener of that manager serves nothing else.
  assert.deepEqual(plan([manager], "listener"), ["a", "b"]);
});

Deno.test("planFailure() plans each place once and nothing without a target", () => {
  for (const scope of FAILURE_SCOPES) {
    const steps = plan([route, host, cluster, manager, route], scope);
    assert.deepEqual(steps, [...new Set(steps)], scope);
    assert.deepEqual(plan([], scope), []);
  }
});

Deno.test("planFailure() plans nothing for what is not in the snapshot", () => {
  const context = contextOf({ clusters: ["online"] });
  for (const scope of FAILURE_SCOPES) {
    assert.deepEqual(planFailure([route, host, cluster, manager], scope, context), [], scope);
  }
});

Deno.test("planFailure() refuses no more than the route where a route comes alone", () => {
  const alone = {
    routes: [{ name: "", hosts: [{ name: "", domains: [], routes: [{ name: "a0", of: "default/a" }] }] }],
  };
  const context = contextOf(alone, { whole: false });
  const targets = targetsOf("wafRoute", context);
  assert.equal(targets.length, 1);
  for (const scope of FAILURE_SCOPES) {
    const steps = planFailure(targets, scope, context);
    assert.deepEqual(steps.map(({ kind }) => kind), ["refuse_route"], scope);
  }
});

Deno.test("planFailure() lets the manager answer where a listener comes alone", () => {
  const context = contextOf({ listeners: [{ name: "tcp-80", chains: [[{ rds: "web" }]] }] }, {
    whole: false,
  });
  const targets = targetsOf("wafListener", context);
  for (const scope of FAILURE_SCOPES) {
    assert.deepEqual(
      planFailure(targets, scope, context).map(({ kind }) => kind),
      ["fail_http_manager"],
      scope,
    );
  }
});
