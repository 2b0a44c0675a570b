import assert from "node:assert/strict";
import { POLICY_MUTATIONS } from "../model/mod.ts";
import { parseConfig } from "../resources/mod.ts";
import { hookPolicy, mutationPolicy } from "./_failure_policy.ts";

function config(text: string) {
  const parsed = parseConfig(text, "config.yaml");
  assert(parsed.ok);
  return parsed.config;
}

const threw = (mutation: (typeof POLICY_MUTATIONS)[number]) => ({ mutation, kind: "threw" } as const);

Deno.test("mutationPolicy() is closed for what protects and open for what decorates", () => {
  const actions = POLICY_MUTATIONS.map((name) => [
    name,
    mutationPolicy(config(""), "PostTranslateModify", threw(name)).action,
  ]);
  assert.deepEqual(Object.fromEntries(actions), {
    wafListener: "closed",
    localReply: "open",
    wafRoute: "closed",
    connectorClusters: "closed",
    connectorRoutes: "closed",
    vpcBind: "open",
  });
});

Deno.test("mutationPolicy() takes what is written for the mutation, else for the hook", () => {
  const written = config(
    "mutations: {wafRoute: {action: http500, scope: everything}}\nhooks: {PostTranslateModify: http500}",
  );
  assert.deepEqual(mutationPolicy(written, "PostTranslateModify", threw("wafRoute")), {
    action: "http500",
    scope: "everything",
  });
  assert.deepEqual(mutationPolicy(written, "PostTranslateModify", threw("localReply")), {
    action: "http500",
    scope: "listener",
  });
  assert.equal(mutationPolicy(written, "PostVirtualHostModify", threw("connectorRoutes")).action, "closed");
});

Deno.test("mutationPolicy() answers for the resource itself in a small hook", () => {
  const scope = (hook: "PostRouteModify" | "PostVirtualHostModify" | "PostHTTPListenerModify") =>
    mutationPolicy(config(`hooks: {${hook}: http500}`), hook, threw("wafRoute")).scope;
  assert.deepEqual([
    scope("PostRouteModify"),
    scope("PostVirtualHostModify"),
    scope("PostHTTPListenerModify"),
  ], [
    "route",
    "virtualHost",
    "listener",
  ]);
});

Deno.test("mutationPolicy() skips what does not read, unless told otherwise or compared with the other", () => {
  const action = (text: string) =>
    mutationPolicy(config(text), "PostTranslateModify", { mutation: "wafRoute", kind: "malformed" }).action;
  assert.equal(action(""), "open");
  assert.equal(action("policy: {compat: nso}"), "closed");
  assert.equal(action("mutations: {wafRoute: closed}"), "closed");
  assert.equal(action("hooks: {PostTranslateModify: http500}"), "http500");
});

Deno.test("hookPolicy() is closed unless told otherwise", () => {
  assert.equal(hookPolicy(config(""), "PostRouteModify").action, "closed");
  const { action, scopeOf } = hookPolicy(
    config("hooks: {PostTranslateModify: {action: http500, scope: virtualHost}}"),
    "PostTranslateModify",
  );
  assert.deepEqual([action, scopeOf("wafListener")], ["http500", "virtualHost"]);
});
