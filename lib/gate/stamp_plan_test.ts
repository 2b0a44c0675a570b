import assert from "node:assert/strict";
import { objectsOf, planOf, publishedValue } from "../../tests/fakes/gate_objects.ts";
import type { JsonObject } from "../model/mod.ts";
import { stampPlan } from "./stamp_plan.ts";

const plan = planOf(objectsOf(`
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: { name: web }
spec:
  gatewayClassName: edge
  listeners: [{ name: http, port: 80, protocol: HTTP }]
`));
const specOf = (policy: string) =>
  publishedValue(stampPlan(plan, policy), "CertState", "web")!.spec as JsonObject;

Deno.test("stampPlan() gives each digest a revision of its own, the same one in state and object", () => {
  const [one, two] = [specOf("aa"), specOf("bb")];
  assert.equal(one.policy, "aa");
  assert.equal(new Set([specOf("").revision, one.revision, two.revision]).size, 3);
  assert.deepEqual(specOf("aa"), one);
  assert.equal(stampPlan(plan, "aa").gateways[0].revision, one.revision);
  assert.equal(one.nudge, specOf("").nudge);
});

Deno.test("stampPlan() leaves a plan alone where there is no policy, and every other object in any case", () => {
  assert.equal(stampPlan(plan, ""), plan);
  const stamped = stampPlan(plan, "aa").objects;
  for (const [at, object] of plan.objects.entries()) {
    if (object.kind !== "CertState") assert.equal(stamped[at], object);
  }
});
