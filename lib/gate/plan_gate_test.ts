import assert from "node:assert/strict";
import {
  objectsOf,
  planOf,
  publishedListeners,
  publishedNames,
  publishedValue,
} from "../../tests/fakes/gate_objects.ts";

const GATEWAY = `
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: {name: edge}
spec:
  gatewayClassName: eg
  listeners:
  - {name: http, protocol: HTTP, port: 80}
  - {name: a, protocol: HTTPS, port: 443, hostname: a.example.com, tls: {certificateRefs: [{name: a}]}}
  - {name: b, protocol: HTTPS, port: 443, hostname: b.example.com, tls: {certificateRefs: [{name: b}]}}
---
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: all}
spec: {parentRefs: [{name: edge}]}
`;

Deno.test("planGate() publishes everything as it came where every pair is usable", () => {
  const objects = objectsOf(GATEWAY);
  const plan = planOf(objects, { "default/b": "usable", "default/a": "usable" });
  assert.deepEqual(publishedNames(plan), [
    "Secret/default/a",
    "Secret/default/b",
    "Gateway/default/edge",
    "HTTPRoute/default/all",
    "CertState/default/edge",
  ]);
  assert.equal(publishedValue(plan, "Gateway", "edge"), objects[0].value);
  assert.equal(publishedValue(plan, "HTTPRoute", "all"), objects[1].value);
  assert.deepEqual(plan.findings, []);
});

Deno.test("planGate() leaves out only the listener whose certificate is not usable", () => {
  const plan = planOf(objectsOf(GATEWAY), { "default/a": "expired", "default/b": "usable" });
  assert.deepEqual(publishedListeners(plan, "edge"), ["http", "b"]);
  const [http, a, b] = plan.listeners;
  assert.deepEqual([http.managed, http.message, http.secrets], [false, "", []]);
  assert.equal(a.published, null);
  assert.deepEqual([a.reason, a.cause, a.problem], ["Expired", "expired", null]);
  assert.match(a.message, /^HTTPS for a\.example\.com is stopped: its certificate ran out on 2027-01-01/);
  assert.deepEqual(b.published, { namespace: "default", name: "edge", listener: "b" });
  assert.ok(!publishedNames(plan).includes("Secret/default/a"));
});

Deno.test("planGate() takes a Secret that nobody gives for a missing one", () => {
  const plan = planOf(objectsOf(GATEWAY), { "default/b": "usable" });
  const [, a] = plan.listeners;
  assert.deepEqual([a.reason, a.cause, a.detail], [
    "Missing",
    "secret_missing",
    'Secret "default/a": no source and no resource gives it',
  ]);
});

Deno.test("planGate() keeps a Gateway out that has no listener left, and says so", () => {
  const text = GATEWAY.replace(/^.*name: http.*\n/m, "");
  const plan = planOf(objectsOf(text), {});
  assert.deepEqual(publishedNames(plan), ["HTTPRoute/default/all"]);
  assert.deepEqual(plan.gateways.map(({ published, revision }) => [published, revision]), [[[], ""]]);
  assert.match(
    plan.gateways[0].message,
    /none of its listeners can be served \(a\.example\.com, b\.example\.com\)/,
  );
});

Deno.test("planGate() makes no CertState for a Gateway of another controller", () => {
  const kinds = (controllerName: string) => {
    const objects = objectsOf(`${GATEWAY}
---
apiVersion: gateway.networking.k8s.io/v1
kind: GatewayClass
metadata: {name: eg}
spec: {controllerName: ${controllerName}}
`);
    const plan = planOf(objects, { "default/a": "usable", "default/b": "usable" });
    return plan.objects.filter(({ kind }) => kind === "CertState" || kind === "Gateway").map(({ kind }) =>
      kind
    );
  };
  assert.deepEqual(kinds("gateway.envoyproxy.io/gatewayclass-controller"), ["Gateway", "CertState"]);
  assert.deepEqual(kinds("example.com/other"), ["Gateway"]);
});
