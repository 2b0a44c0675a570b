import assert from "node:assert/strict";
import fc from "fast-check";
import { readPolicies } from "./read_policies.ts";
import type { ResourceText } from "./read_resources.ts";

const NONE: ReadonlyMap<string, string> = new Map();

// Whatever is in the files: it does not throw, what is in use has been checked, what is refused says why and where, and
// asking again with what it said to keep changes nothing.
Deno.test("readPolicies() never throws, and comes to rest", () => {
  const scalar = fc.oneof(
    fc.constantFrom(
      null,
      0,
      1,
      -1,
      1.5,
      101,
      true,
      "",
      "p",
      "Gateway",
      "HTTPRoute",
      "gateway.networking.k8s.io",
      "Enforce",
      "http://h",
    ),
    fc.string(),
    fc.double({ noNaN: true, noDefaultInfinity: true }),
  );
  const { json } = fc.letrec((tie) => ({
    json: fc.oneof(
      { maxDepth: 4, withCrossShrink: true },
      scalar,
      fc.array(tie("json"), { maxLength: 3 }),
      fc.dictionary(
        fc.constantFrom(
          "name",
          "labels",
          "targetRefs",
          "group",
          "kind",
          "mode",
          "ruleSets",
          "type",
          "rules",
          "backends",
          "endpoint",
          "connector",
          "conditions",
          "status",
          "__proto__",
          "0",
        ),
        tie("json"),
        { maxKeys: 4 },
      ),
    ),
  }));
  const good = { group: "gateway.networking.k8s.io", kind: "Gateway", name: "g" };
  const object = fc.record({
    apiVersion: fc.constantFrom(
      "networking.datumapis.com/v1alpha",
      "networking.datumapis.com/v1alpha1",
      "v1",
      "discovery.k8s.io/v1",
      "x",
    ),
    kind: fc.constantFrom(
      "TrafficProtectionPolicy",
      "HTTPProxy",
      "Connector",
      "Namespace",
      "EndpointSlice",
      "List",
      "X",
    ),
    metadata: fc.oneof(
      json,
      fc.record({ name: fc.constantFrom("a", "b", "c") }),
      fc.record({ name: fc.constant("a"), labels: json }),
    ),
    spec: fc.oneof(
      json,
      fc.record({ targetRefs: fc.constant([good]), mode: fc.oneof(json, fc.constant("Enforce")) }, {
        requiredKeys: ["targetRefs"],
      }),
      fc.record({
        rules: fc.array(
          fc.record({ backends: fc.array(fc.record({ endpoint: json, connector: json }), { maxLength: 2 }) }),
        ),
      }),
    ),
    status: json,
    items: json,
  }, { requiredKeys: ["apiVersion", "kind", "metadata"] });
  const text = fc.oneof(
    fc.array(object, { maxLength: 4 }).map((all) =>
      all.map((one) => `---\n${JSON.stringify(one)}\n`).join("")
    ),
    fc.string(),
    fc.constantFrom("a: [", "&a [*a]", "<<: 5", "!!binary x"),
  );
  const file: fc.Arbitrary<ResourceText> = fc.oneof(
    text.map((text) => ({ text })),
    fc.constant({ problem: "gone" }),
  );
  const state = fc.dictionary(fc.constantFrom("1.yaml", "2.yaml"), file);
  fc.assert(
    fc.property(fc.array(state, { minLength: 1, maxLength: 4 }), (states) => {
      let kept = NONE;
      for (const files of states) {
        const map = new Map(Object.entries(files));
        const set = readPolicies(map, kept);
        const again = readPolicies(map, set.good);
        assert.deepEqual(again, set);
        const settled = readPolicies(map, again.good);
        assert.ok(settled.policies.every((one, index) => one === again.policies[index]));
        for (const one of [...set.findings, ...set.refused]) {
          assert.ok(one.message !== "" && one.place.line > 0);
        }
        for (const { held, kind, name, namespace } of set.refused.filter((one) => one.kind === "Connector")) {
          assert.equal(
            set.connectors.some((one) => one.name === name && one.namespace === namespace),
            held,
            kind,
          );
        }
        kept = set.good;
      }
    }),
    { numRuns: 200 },
  );
});
