import assert from "node:assert/strict";
import type { JsonObject } from "../model/mod.ts";
import { checkObject } from "./check_object.ts";

const messages = (value: JsonObject) => checkObject(value).map(({ message }) => message);

const gateway = (listener: JsonObject): JsonObject => ({
  apiVersion: "gateway.networking.k8s.io/v1",
  kind: "Gateway",
  metadata: { name: "g", namespace: "n" },
  spec: {
    gatewayClassName: "c",
    listeners: [{
      name: "a",
      port: 443,
      protocol: "HTTPS",
      tls: { certificateRefs: [{ name: "s" }] },
      ...listener,
    }],
  },
});

Deno.test("checkObject() takes a sound Gateway and leaves it as it is", () => {
  const value = gateway({});
  const before = structuredClone(value);
  assert.deepEqual(checkObject(value), []);
  assert.deepEqual(value, before);
});

Deno.test("checkObject() names the member, the object and the value", () => {
  assert.deepEqual(checkObject(gateway({ port: 70000 })), [{
    path: ["spec", "listeners", 0, "port"],
    message: 'Cannot use spec.listeners[0].port of Gateway "n/g": 70000 is more than 65535',
    hint: "",
  }]);
});

Deno.test("checkObject() says which member was meant", () => {
  const [problem] = checkObject(gateway({ hostName: "a.test" }));
  assert.equal(problem.message, 'Cannot use spec.listeners[0].hostName of Gateway "n/g": unknown field');
  assert.equal(problem.hint, 'did you mean "hostname"?');
});

Deno.test("checkObject() applies defaults before the rules", () => {
  // Without its default, tls.mode would not be there and two rules could not be evaluated.
  assert.deepEqual(messages(gateway({ tls: { certificateRefs: [{ name: "s" }] } })), []);
  assert.deepEqual(messages(gateway({ tls: {} })), [
    'Cannot use spec.listeners[0].tls of Gateway "n/g": certificateRefs or options must be specified when mode is Terminate',
  ]);
});

Deno.test("checkObject() evaluates the rules of routes", () => {
  const route = (rule: JsonObject): JsonObject => ({
    apiVersion: "gateway.networking.k8s.io/v1",
    kind: "HTTPRoute",
    metadata: { name: "r" },
    spec: { rules: [rule] },
  });
  assert.deepEqual(messages(route({ timeouts: { request: "1s", backendRequest: "2s" } })), [
    'Cannot use spec.rules[0].timeouts of HTTPRoute "r": backendRequest timeout cannot be longer than request timeout',
  ]);
  const rewrite = {
    type: "URLRewrite",
    urlRewrite: { path: { type: "ReplacePrefixMatch", replacePrefixMatch: "/" } },
  };
  assert.deepEqual(messages(route({ filters: [rewrite] })), []);
  const exact = [{ path: { type: "Exact", value: "/a" } }];
  assert.equal(messages(route({ filters: [rewrite], matches: exact })).length, 1);
});

Deno.test("checkObject() refuses what makes Envoy Gateway end", () => {
  const policy = (loadBalancer: JsonObject): JsonObject => ({
    apiVersion: "gateway.envoyproxy.io/v1alpha1",
    kind: "BackendTrafficPolicy",
    metadata: { name: "p" },
    spec: { targetRefs: [{ group: "gateway.networking.k8s.io", kind: "Gateway", name: "g" }], loadBalancer },
  });
  assert.deepEqual(messages(policy({ type: "LeastRequest" })), []);
  assert.match(
    messages(policy({ type: "ConsistentHash", consistentHash: { type: "SourceIP" } }))[0],
    /^Cannot use spec\.loadBalancer\.consistentHash\.tableSize of .*panic when this is set$/,
  );
});

Deno.test("checkObject() refuses versions that Envoy Gateway cannot let go of, and names the right one", () => {
  const [problem] = checkObject({ ...gateway({}), apiVersion: "gateway.networking.k8s.io/v1beta1" });
  assert.deepEqual(problem.path, ["apiVersion"]);
  assert.equal(problem.hint, "use gateway.networking.k8s.io/v1");
});

Deno.test("checkObject() repeats nothing of a Secret", () => {
  const secret = (more: JsonObject): JsonObject => ({
    apiVersion: "v1",
    kind: "Secret",
    metadata: { name: "s" },
    ...more,
  });
  for (
    const value of [
      secret({ data: { "tls.key": "hunter2!" } }),
      secret({ data: { "tls.key": 4711 } }),
      secret({ stringData: { "tls.key": 4711 } }),
      secret({ type: ["hunter2!"] }),
    ]
  ) {
    const problems = checkObject(value);
    assert.equal(problems.length, 1);
    assert.doesNotMatch(JSON.stringify(problems), /hunter2|4711/);
  }
});

Deno.test("checkObject() takes certgate's own kind with a name, and no kind that nobody knows", () => {
  const state = { apiVersion: "certgate.dev/v1alpha1", kind: "CertState", metadata: { name: "a" } };
  assert.deepEqual(messages(state), []);
  assert.deepEqual(messages({ ...state, metadata: {} }), [
    "Cannot use metadata.name of CertState: it is missing",
  ]);
  assert.deepEqual(messages({ ...state, apiVersion: "a.test/v1" }), [
    'Cannot use kind of CertState "a": Envoy Gateway does not know this kind',
  ]);
});
