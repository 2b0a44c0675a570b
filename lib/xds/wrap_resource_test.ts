import assert from "node:assert/strict";
import { HOOKS } from "../model/mod.ts";
import { KeyMaterial } from "../model/mod.ts";
import { applyPlan } from "./apply_plan.ts";
import { field, join, textField } from "./_encode.ts";
import { readSnapshot } from "./snapshot.ts";
import { unwrapAnswer, wrapResource } from "./wrap_resource.ts";

const text = (value: string) => new TextEncoder().encode(value);
const throwaways = { pair: { certificate: text("T"), key: new KeyMaterial(text("K")) }, trust: text("C") };
const WRAPPED = HOOKS.filter((hook) => hook !== "PostEndpointsModify" && hook !== "PostTranslateModify");
const context = field(2, text("context"));

Deno.test("wrapResource() and unwrapAnswer() give every small hook its resource back, byte for byte", () => {
  const resource = [textField(1, "n"), field(90, text("unknown"))];
  for (const hook of WRAPPED) {
    const wrapped = wrapResource(hook, join([field(1, ...resource), context]))!;
    const answer = applyPlan(readSnapshot(wrapped), { steps: [] }, { throwaways });
    assert.deepEqual(unwrapAnswer(hook, answer), field(1, ...resource), hook);
  }
});

Deno.test("wrapResource() puts a resource where the views of a snapshot look for it", () => {
  const wrap = (hook: (typeof HOOKS)[number], ...parts: Uint8Array[]) =>
    readSnapshot(wrapResource(hook, join([field(1, ...parts), context]))!);
  const [host] = wrap("PostRouteModify", textField(14, "r")).routeConfigs[0].virtualHosts;
  assert.deepEqual([host.name, host.gateway, host.routes.map(({ name }) => name)], ["", null, ["r"]]);
  assert.equal(wrap("PostVirtualHostModify", textField(1, "v")).routeConfigs[0].virtualHosts[0].name, "v");
  assert.equal(wrap("PostHTTPListenerModify", textField(1, "l")).listeners[0].name, "l");
  assert.equal(wrap("PostClusterModify", textField(1, "c")).clusters[0].name, "c");
});

Deno.test("wrapResource() puts the parts of a resource together", () => {
  const wrapped = wrapResource(
    "PostClusterModify",
    join([field(1, text("a")), context, field(1, text("b"))]),
  )!;
  assert.deepEqual(Buffer.from(wrapped), Buffer.from(field(2, text("ab"))));
});

Deno.test("wrapResource() gives nothing where there is no resource or no list for it, and refuses what is no message", () => {
  assert.equal(wrapResource("PostRouteModify", context), null);
  assert.equal(wrapResource("PostEndpointsModify", field(1, text("a"))), null);
  assert.equal(wrapResource("PostTranslateModify", field(1, text("a"))), null);
  assert.throws(() => wrapResource("PostRouteModify", Uint8Array.of(0x0a, 0x7f)), RangeError);
});

Deno.test("unwrapAnswer() gives an empty answer where the resource is gone", () => {
  for (const hook of WRAPPED) assert.equal(unwrapAnswer(hook, new Uint8Array(0)).length, 0);
});
