import assert from "node:assert/strict";
import fc from "fast-check";
import { cluster, connector, indexOf, namespace, policy, proxy, upStatus, upstream } from "./_test_set.ts";

const to = "endpoint: http://h, connector: {name: c}";
const slice = (tenant: string, more = "") =>
  "---\napiVersion: discovery.k8s.io/v1\nkind: EndpointSlice\n" +
  `metadata: {name: s, namespace: a, labels: {galactic.datum.net/tenant-id: ${tenant}${more}}}\n`;
const inverted = "ruleSets: [{type: OWASPCoreRuleSet, owaspCoreRuleSet: {paranoiaLevels: {blocking: 3}}}]";

const BASE = {
  policy: policy("name: p, namespace: a", ["Gateway/g"]),
  route: policy("name: r, namespace: a", ["HTTPRoute/r"]),
  proxy: proxy("name: x, namespace: a", to, "instance: {name: s}"),
  connector: connector("name: c, namespace: a", upStatus()),
  namespace: namespace("a", cluster("cluster-one")),
  slice: slice("t"),
};
const digest = (more: Partial<typeof BASE> = {}, after = "", options = {}) =>
  indexOf(Object.values({ ...BASE, ...more }).join("") + after, options).digest;

const SAME: Record<string, () => string> = {
  "a heartbeat of a connector": () =>
    digest({
      connector: connector(
        "name: c, namespace: a, resourceVersion: '9', annotations: {beat: now}",
        `{observed: 12:00, leaseRef: {name: x}, ${upStatus().slice(1)}`,
      ),
    }),
  "a label that nobody reads": () =>
    digest({
      policy: policy("name: p, namespace: a, labels: {x: z}", ["Gateway/g"]),
      slice: slice("t", ", x: z"),
    }),
  "a default that is written out": () =>
    digest({ policy: policy("name: p, namespace: a", ["Gateway/g"], "mode: Observe") }),
  "a connector that no rule names": () => digest({}, connector("name: other, namespace: a", upStatus())),
  "a Namespace that says nothing": () => digest({}, namespace("b")),
  "a policy that older ones leave nothing to": () =>
    digest({}, policy("name: q, namespace: a", ["Gateway/g"])),
  "a policy without directives behind all others": () =>
    digest({}, policy("name: q, namespace: a", ["Gateway/h"], inverted)),
  "a policy in a namespace that nobody stands for": () =>
    digest({}, namespace("b", upstream("a2")) + policy("name: q, namespace: b", ["Gateway/g"])) ===
        digest({}, namespace("b", upstream("a2")))
      ? digest()
      : "",
};

const OTHER: Record<string, () => string> = {
  "the mode": () => digest({ policy: policy("name: p, namespace: a", ["Gateway/g"], "mode: Enforce") }),
  "a newer policy of one listener": () => digest({}, policy("name: q, namespace: a", ["Gateway/g/https"])),
  "the generation": () => digest({ policy: policy("name: p, namespace: a, generation: 2", ["Gateway/g"]) }),
  "the name of a policy": () => digest({ policy: policy("name: p2, namespace: a", ["Gateway/g"]) }),
  "a target": () => digest({ policy: policy("name: p, namespace: a", ["Gateway/g", "Gateway/h"]) }),
  "a section": () => digest({ policy: policy("name: p, namespace: a", ["Gateway/g/https"]) }),
  "the base directives": () => digest({}, "", { baseDirectives: [] }),
  "a policy that goes away": () => digest({ policy: "" }),
  "a policy of a route that has no directives": () =>
    digest({ route: policy("name: r, namespace: a", ["HTTPRoute/r"], inverted) }),
  "a connector that goes down": () => digest({ connector: connector("name: c, namespace: a") }),
  "a connector on another node": () =>
    digest({ connector: connector("name: c, namespace: a", upStatus("other")) }),
  "an endpoint": () =>
    digest({
      proxy: proxy(
        "name: x, namespace: a",
        "endpoint: http://h:81, connector: {name: c}",
        "instance: {name: s}",
      ),
    }),
  "the number of a rule": () =>
    digest({ proxy: proxy("name: x, namespace: a", null, to, "instance: {name: s}") }),
  "a tenant": () => digest({ slice: slice("u") }),
  "a project": () => digest({ namespace: namespace("a", cluster("cluster-two")) }),
  "a namespace that stands for another": () => digest({}, namespace("b", upstream("a"))),
  "a first policy, even without directives": () =>
    digest({ policy: "", route: policy("name: p, namespace: zz", ["Gateway/g"], inverted) }),
  "no policy at all": () => digest({ policy: "", route: "" }),
  "compat nso": () => digest({}, "", { compat: "nso" }),
};

Deno.test("makePolicyIndex() keeps the digest where no snapshot can change", () => {
  const before = digest();
  assert.match(before, /^[0-9a-f]{16}$/);
  const changed = Object.entries(SAME).filter(([, make]) => make() !== before).map(([what]) => what);
  assert.deepEqual(changed, []);
});

Deno.test("makePolicyIndex() changes the digest where a snapshot can change", () => {
  const digests = [digest(), ...Object.values(OTHER).map((make) => make())];
  const seen = new Map<string, number[]>();
  digests.forEach((one, index) => seen.set(one, [...seen.get(one) ?? [], index]));
  const names = ["nothing", ...Object.keys(OTHER)];
  const shared = [...seen.values()].filter((one) => one.length > 1).map((one) => one.map((n) => names[n]));
  assert.deepEqual(shared, []);
});

// Objects with a time have an order of their own, so it is nothing to them in which file they are, or where in it. One whose time is missing
// may take over from another one when files are renamed, which is what the order of files is for.
Deno.test("makePolicyIndex() makes the same of the same objects in any files, as far as their order is written down", () => {
  const timed = (n: number, targets: string[]) =>
    policy(`name: p${n}, namespace: n${n % 2}, creationTimestamp: "2026-01-01T00:00:0${n % 5}Z"`, targets);
  const objects = [
    ...[0, 1, 2, 3, 4, 5, 6].map((n) =>
      timed(n, [`Gateway/g${n % 3}`, "HTTPRoute/r", `Gateway/g${n % 2}/l${n % 2}`])
    ),
    ...Object.values(BASE).slice(2),
    policy("name: lone, namespace: b", ["Gateway/lone"]),
  ];
  const expected = indexOf(objects.join("")).digest;
  const places = fc.array(fc.tuple(fc.nat(3), fc.nat()), {
    minLength: objects.length,
    maxLength: objects.length,
  });
  fc.assert(
    fc.property(places, (chosen) => {
      const files: Record<string, string> = {};
      const order = objects.map((text, n) => ({ text, file: chosen[n][0], key: chosen[n][1] })).sort((a, b) =>
        a.key - b.key
      );
      for (const { text, file } of order) files[`${file}.yaml`] = (files[`${file}.yaml`] ?? "") + text;
      assert.equal(indexOf(files).digest, expected);
    }),
    { numRuns: 100 },
  );
});

Deno.test("makePolicyIndex() asks policies without a time in the order of the files", () => {
  const [a, b] = ["a", "b"].map((name) => policy(`name: ${name}, namespace: nn`, ["Gateway/g"]));
  const first = (files: Record<string, string>) => indexOf(files).policies[0].entry.name;
  assert.equal(first({ "1.yaml": b, "2.yaml": a }), "b");
  assert.equal(first({ "1.yaml": a, "2.yaml": b }), "a");
  assert.equal(first({ "1.yaml": b + a }), "b");
  assert.notEqual(indexOf({ "1.yaml": b + a }).digest, indexOf({ "1.yaml": a + b }).digest);
});
