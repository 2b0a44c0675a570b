import assert from "node:assert/strict";
import {
  cluster,
  gatewayRef,
  indexOf,
  namespace,
  optionsWith,
  policy,
  readSet,
  routeRef,
  upstream,
} from "./_test_set.ts";
import { makePolicyIndex } from "./make_policy_index.ts";
import type { PolicyIndex, PolicyIndexOptions } from "./policy_index.ts";

/** `project:policy` of what governs, `-` where the virtual host is not ours. */
function governs(index: PolicyIndex, gateway: string, route: string | null = null): string {
  const [ref, kind = ""] = gateway.split(" ");
  const [routePath, routeKind = "HTTPRoute"] = route?.split(" ") ?? [];
  const found = index.governing(
    gatewayRef(ref, kind === "none" ? "Service" : kind),
    routePath === undefined ? null : routeRef(routePath, routeKind === "none" ? "" : routeKind),
  );
  if (found === null) return "-";
  return `${found.project}:${found.policy === null ? "" : `${found.policy.namespace}/${found.policy.name}`}`;
}

type Row = readonly [
  criterion: string,
  objects: string,
  asked: readonly (readonly [gateway: string, route: string | null, expected: string])[],
  options?: Partial<PolicyIndexOptions>,
];

const at = (seconds: number) => `creationTimestamp: "2026-01-01T00:00:0${seconds}Z"`;
const nso = { compat: "nso" } as const;

const ROWS: readonly Row[] = [
  ["takes an empty kind and the kind Gateway, and no other", policy("name: p, namespace: a", ["Gateway/g"]), [
    ["a/g", null, ":a/p"],
    ["a/g Gateway", null, ":a/p"],
    ["a/g none", null, "-"],
    ["a/other", null, ":"],
    ["b/g", null, ":"],
  ]],
  [
    "takes only the kind Gateway and namespaces with an object with compat nso",
    policy("name: p, namespace: a", ["Gateway/g"]) + policy("name: p, namespace: b", ["Gateway/g"]) +
    namespace("a"),
    [["a/g", null, "-"], ["a/g Gateway", null, ":a/p"], ["b/g Gateway", null, "-"]],
    nso,
  ],
  [
    "maps a namespace to the one of its label, and names the project",
    namespace("ns-1", upstream("prod"), cluster("cluster-acme")) + namespace("ns-2", cluster("acme")) +
    namespace("ns-3", '"meta.datumapis.com/upstream-namespace": ""') +
    policy(`name: p, namespace: ns-9, labels: {${upstream("prod")}}`, ["Gateway/g"]) +
    policy("name: q, namespace: ns-2", ["Gateway/g"]) + policy("name: r, namespace: ns-3", ["Gateway/g"]),
    [
      ["ns-1/g", null, "acme:ns-9/p"],
      ["ns-2/g", null, "acme:ns-2/q"],
      ["ns-3/g", null, ":ns-3/r"],
      ["prod/g", null, ":ns-9/p"],
      ["ns-9/g", null, ":"],
    ],
  ],
  [
    "finds the policy of an HTTPRoute before that of the Gateway",
    policy("name: g, namespace: a", ["Gateway/g"]) + policy("name: r, namespace: a", ["HTTPRoute/r"]),
    [
      ["a/g", "a/r", ":a/r"],
      ["a/g", "a/other", ":a/g"],
      ["a/g", null, ":a/g"],
      ["a/g", "a/r GRPCRoute", ":a/g"],
      ["a/g", "a/r none", ":a/g"],
      ["a/g", "b/r", ":a/g"],
    ],
  ],
  [
    "finds the policy of an HTTPRoute in the route's own namespace",
    policy("name: g, namespace: a", ["Gateway/g"]) +
    policy(`name: r, namespace: x, labels: {${upstream("b")}}`, ["HTTPRoute/r"]) +
    namespace("ns-b", upstream("b"), cluster("cluster-other")) + namespace("a", cluster("cluster-mine")),
    [["a/g", "ns-b/r", "mine:x/r"], ["a/g", "b/r", "mine:x/r"], ["a/g", "a/r", "mine:a/g"]],
  ],
  [
    "finds the policy of an HTTPRoute by its name alone with compat nso",
    policy("name: r, namespace: a", ["HTTPRoute/r"]) + policy("name: r, namespace: b", ["HTTPRoute/x"]) +
    namespace("a"),
    [
      ["a/g Gateway", "b/r", ":a/r"],
      ["a/g Gateway", "a/r GRPCRoute", ":a/r"],
      ["a/g Gateway", "b/x", ":"],
    ],
    nso,
  ],
  [
    "narrows a policy to a listener or a rule",
    policy("name: l, namespace: a", ["Gateway/g/https"]) +
    policy("name: r, namespace: a", ["HTTPRoute/r/api"]),
    [
      ["a/g/https", null, ":a/l"],
      ["a/g/http", null, ":"],
      ["a/g", null, ":"],
      ["a/g/http", "a/r/api", ":a/r"],
      ["a/g/http", "a/r/web", ":"],
      ["a/g/https", "a/r", ":a/l"],
    ],
  ],
  [
    "looks at no section with compat nso",
    policy("name: l, namespace: a", ["Gateway/g/https"]) + namespace("a"),
    [["a/g/http Gateway", null, ":a/l"]],
    nso,
  ],
  [
    "asks the oldest first, then by name, and those without a time last",
    policy("name: none, namespace: a", ["Gateway/g", "Gateway/h", "Gateway/i"]) +
    policy(`name: young, namespace: a, ${at(3)}`, ["Gateway/g", "Gateway/h"]) +
    policy(`name: c, namespace: a, ${at(2)}`, ["Gateway/g"]) +
    policy(`name: b, namespace: a, ${at(2)}`, ["Gateway/g"]),
    [["a/g", null, ":a/b"], ["a/h", null, ":a/young"], ["a/i", null, ":a/none"]],
  ],
  [
    "asks policies of one age and name by their namespace",
    ["z1", "z0"].map((own) =>
      policy(`name: p, namespace: ${own}, ${at(1)}, labels: {${upstream("a")}}`, ["Gateway/g"])
    ).join(""),
    [["a/g", null, ":z0/p"]],
  ],
  [
    "lets the policy of a listener go before one of all listeners, whichever is older",
    policy(`name: all, namespace: a, ${at(1)}`, ["Gateway/g"]) +
    policy(`name: one, namespace: a, ${at(2)}`, ["Gateway/g/https"]) +
    policy(`name: first, namespace: a, ${at(1)}`, ["Gateway/h/https"]) +
    policy(`name: rest, namespace: a, ${at(2)}`, ["Gateway/h"]),
    [
      ["a/g/https", null, ":a/one"],
      ["a/g/http", null, ":a/all"],
      ["a/h/https", null, ":a/first"],
      ["a/h/http", null, ":a/rest"],
    ],
  ],
  [
    "lets a policy without directives keep others from what it is attached to",
    policy(
      "name: empty, namespace: a",
      ["HTTPRoute/r"],
      "ruleSets:",
      "- type: OWASPCoreRuleSet",
      "  owaspCoreRuleSet: {paranoiaLevels: {blocking: 2}}",
    ) +
    policy("name: g, namespace: a", ["Gateway/g"]),
    [["a/g", "a/r", ":"], ["a/g", "a/s", ":a/g"]],
  ],
  [
    "gives a split Gateway back its name",
    policy("name: p, namespace: a", ["Gateway/g/https"]),
    [["a/g-certgate-2/https", null, ":a/p"], ["a/x/https", null, ":"]],
    { originalGateway: ({ namespace, name }) => ({ namespace, name: name.replace(/-certgate-\d+$/, "") }) },
  ],
];

for (const [criterion, objects, asked, options] of ROWS) {
  Deno.test(`makePolicyIndex() ${criterion}`, () => {
    const index = indexOf(objects, options);
    const found = asked.map(([gateway, route]) => [gateway, route, governs(index, gateway, route)]);
    assert.deepEqual(found, asked);
  });
}

Deno.test("makePolicyIndex() answers with the same object for the same project and policy", () => {
  const index = indexOf(policy("name: p, namespace: a", ["Gateway/g", "Gateway/h"]));
  const answer = index.governing(gatewayRef("a/g"), null);
  assert.ok(answer?.policy);
  assert.equal(index.governing(gatewayRef("a/h"), routeRef("a/r")), answer);
  assert.equal(index.policies[0].entry, answer.policy);
});

Deno.test("makePolicyIndex() gives the same entry for the same text, across files and rebuilds", () => {
  const text = policy("name: p, namespace: a", ["Gateway/g"]);
  const first = makePolicyIndex(readSet({ "a.yaml": text }), optionsWith());
  const more = { "0.yaml": policy("name: o, namespace: a", ["Gateway/g"]), "a.yaml": text };
  const second = makePolicyIndex(readSet(more), optionsWith());
  assert.deepEqual(second.policies.map(({ entry }) => entry.name), ["o", "p"]);
  assert.equal(second.policies[1].entry, first.policies[0].entry);
  const third = makePolicyIndex(readSet(more), optionsWith({ generationOf: () => 2 }));
  assert.equal(third.policies[1].entry.generation, 2);
  const fourth = makePolicyIndex(readSet(more), optionsWith({ baseDirectives: [], generationOf: () => 2 }));
  assert.equal(fourth.policies[1].entry.directives[0], "SecRuleEngine DetectionOnly");
});

Deno.test("makePolicyIndex() knows what there is", () => {
  const nothing = indexOf("");
  assert.deepEqual([nothing.isEmpty, nothing.hasPolicies, nothing.namesRoutes], [true, false, false]);
  const gateways = indexOf(policy("name: p", ["Gateway/g"]));
  assert.deepEqual([gateways.isEmpty, gateways.hasPolicies, gateways.namesRoutes], [false, true, false]);
  assert.equal(indexOf(policy("name: p", ["Gateway/g", "HTTPRoute/r"])).namesRoutes, true);
  assert.equal(indexOf(namespace("a")).isEmpty, false);
});

Deno.test("makePolicyIndex() asks for the generation of each policy in use once", () => {
  const asked: string[] = [];
  const generationOf: PolicyIndexOptions["generationOf"] = (kind, { namespace, name, generation, spec }) => {
    asked.push(`${kind} ${namespace}/${name} ${generation} ${Object.keys(spec)}`);
    return 7;
  };
  const text = policy("name: p, namespace: a, generation: 3", ["Gateway/g"]) +
    policy("name: q, namespace: a", ["Gateway/g"], "mode: Wrong");
  const index = indexOf(text, { generationOf });
  assert.deepEqual(asked, ["TrafficProtectionPolicy a/p 3 targetRefs"]);
  assert.equal(index.policies[0].entry.generation, 7);
});

Deno.test("makePolicyIndex() finds its own policy for each of many Gateways and routes", () => {
  const texts = Array.from(
    { length: 100 },
    (_, n) => policy(`name: p${n}, namespace: a`, [`Gateway/g${n}`, `HTTPRoute/r${n}`]),
  );
  const index = indexOf(texts.join(""));
  for (let n = 0; n < 150; n++) {
    const ofRoute = n < 100 ? `:a/p${n}` : ":a/p7";
    assert.equal(governs(index, "a/g7/l", `a/r${n}/x`), ofRoute);
  }
});
