/** What holds for every snapshot, however it is made and however broken it comes. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { FAILURE_SCOPES, POLICY_MUTATIONS } from "../../../lib/model/mod.ts";
import { lintSteps, planFailure, runMutation, targetsOf } from "../../../lib/mutations/mod.ts";
import { applyPlan } from "../../../lib/xds/mod.ts";
import { throwaways } from "../words.ts";
import { draw, type Drawing } from "./drawing.ts";
import { asSnapshot, believe, contextOf, runAll, stepsOf } from "./run_all.ts";

const OBJECTS = `
apiVersion: networking.datumapis.com/v1alpha
kind: TrafficProtectionPolicy
metadata: { namespace: default, name: wide }
spec:
  targetRefs: [{ group: gateway.networking.k8s.io, kind: Gateway, name: eg, sectionName: http }]
  ruleSets: [{ type: OWASPCoreRuleSet }]
---
apiVersion: networking.datumapis.com/v1alpha
kind: TrafficProtectionPolicy
metadata: { namespace: default, name: narrow }
spec:
  mode: Enforce
  targetRefs: [{ group: gateway.networking.k8s.io, kind: HTTPRoute, name: shop }]
  ruleSets: [{ type: OWASPCoreRuleSet }]
---
apiVersion: networking.datumapis.com/v1alpha
kind: HTTPProxy
metadata: { namespace: default, name: app }
spec:
  rules:
  - backends: [{ endpoint: "http://localhost:8080", connector: { name: up } }]
  - backends: [{ endpoint: "http://localhost:8080", connector: { name: down } }]
  - backends: [{ endpoint: "http://10.0.0.1", instance: { name: pod, port: 80 } }]
  - backends: [{ endpoint: "http://localhost:9090", connector: { name: up } }]
---
apiVersion: networking.datumapis.com/v1alpha1
kind: Connector
metadata: { namespace: default, name: up }
status: { conditions: [{ type: Ready, status: "True" }] }
---
apiVersion: discovery.k8s.io/v1
kind: EndpointSlice
metadata: { namespace: default, name: pod, labels: { galactic.datum.net/tenant-id: tenant } }
addressType: IPv4
endpoints: []
`;
const belief = believe(OBJECTS, { localReply: { enabled: true } });
const nso = believe(OBJECTS, { compat: "nso", localReply: { enabled: true } });

const cluster = fc.constantFrom(
  "backend",
  ...[0, 1, 2, 3].map((rule) => `httproute/default/app/rule/${rule}`),
);
const of = fc.option(
  fc.constantFrom("HTTPRoute default/shop", "GRPCRoute default/shop", "default/shop/rule"),
  {
    nil: undefined,
  },
);
const hostName = fc.constantFrom("*", "a/b", "a-b", "default/eg/http/www", "");
const route = fc.record({
  name: fc.constantFrom("r", "httproute/default/shop/rule/0", "connector-connect-a-b"),
  of,
  cluster: fc.option(cluster, { nil: undefined }),
  weighted: fc.option(fc.array(cluster, { maxLength: 3 }), { nil: undefined }),
  answers: fc.option(fc.constant(302), { nil: undefined, freq: 6 }),
});
const host = fc.record({
  name: hostName,
  domains: fc.array(fc.constantFrom("a.test", "*", "a-b.connector.internal"), { maxLength: 2 }),
  of: fc.constantFrom(
    "default/eg/http",
    "default/eg/https",
    "Gateway default/eg/http",
    "Other x/y",
    undefined,
  ),
  routes: fc.array(route, { maxLength: 4 }),
});
const manager = fc.record({
  rds: fc.constantFrom("web", "other", undefined),
  unreadable: fc.boolean(),
  localReply: fc.boolean(),
  filters: fc.subarray(["coraza-waf", "some.filter", "envoy.filters.http.router"]),
});
const managers = fc.array(manager, { maxLength: 2 });
const listener = fc.record({
  name: fc.constantFrom("tcp-80", "tcp-443"),
  chains: fc.array(managers, { maxLength: 2 }),
  default: fc.option(managers, { nil: undefined }),
});
const drawing: fc.Arbitrary<Drawing> = fc.record({
  clusters: fc.array(cluster, { maxLength: 5 }),
  listeners: fc.array(listener, { maxLength: 2 }),
  routes: fc.array(
    fc.record({ name: fc.constantFrom("web", "other"), hosts: fc.array(host, { maxLength: 4 }) }),
    {
      maxLength: 2,
    },
  ),
});

/** Bytes of a request with some of them changed, or cut off. */
const broken = fc.record({
  drawing,
  hits: fc.array(fc.record({ at: fc.nat(), byte: fc.nat(255) }), { maxLength: 6 }),
  cut: fc.option(fc.nat()),
}).map(({ drawing, hits, cut }) => {
  const bytes = draw(drawing);
  if (bytes.length > 0) { for (const { at, byte } of hits) bytes[at % bytes.length] = byte; }
  return cut === null ? bytes : bytes.subarray(0, cut % (bytes.length + 1));
});

Deno.test("runMutation() on its own answer gives no step, and every step it gives passes the linter", () => {
  fc.assert(
    fc.property(drawing, (drawing) => {
      const context = contextOf(draw(drawing), belief);
      const steps = stepsOf(runAll(context));
      assert.deepEqual(lintSteps(steps, context), new Map());
      const answer = applyPlan(context.snapshot, { steps }, { throwaways });
      assert.deepEqual(stepsOf(runAll({ ...context, snapshot: asSnapshot(answer) })), []);
    }),
    { numRuns: 300 },
  );
});

Deno.test("runMutation() with a fault keeps no step, and fails exactly what would have got one", () => {
  fc.assert(
    fc.property(drawing, fc.constantFrom("throw", "garbage"), (drawing, fault) => {
      const context = contextOf(draw(drawing), belief);
      for (const name of POLICY_MUTATIONS) {
        const ours = new Set(targetsOf(name, context).map((target) => JSON.stringify(target)));
        const { steps, failures } = runMutation(name, context, { fault });
        assert.deepEqual(steps, [], name);
        for (const { target, kind } of failures) {
          if (kind !== "malformed") {
            assert.ok(ours.has(JSON.stringify(target)), `${name} ${JSON.stringify(target)}`);
          }
        }
        const asked = runMutation(name, context);
        assert.equal(failures.length, asked.steps.length + asked.failures.length, name);
      }
    }),
    { numRuns: 150 },
  );
});

Deno.test("runMutation(), targetsOf() and planFailure() never throw, whatever the bytes are", () => {
  fc.assert(
    fc.property(broken, fc.boolean(), fc.constantFrom(belief, nso), (bytes, whole, belief) => {
      const context = contextOf(bytes, belief, whole);
      for (const name of POLICY_MUTATIONS) {
        for (const fault of [undefined, "throw", "garbage"] as const) {
          const { keys, failures } = runMutation(name, context, { fault });
          assert.ok(Array.isArray(keys));
          for (const scope of FAILURE_SCOPES) {
            planFailure(failures.map(({ target }) => target), scope, context);
            planFailure(targetsOf(name, context), scope, context);
          }
        }
      }
    }),
    { numRuns: 300 },
  );
});
