import assert from "node:assert/strict";
import { makePolicyIndex } from "../../lib/policy/mod.ts";
import { readPolicies } from "../../lib/resources/mod.ts";
import { readPages } from "./_pages.ts";

const GROUPS =
  /^(apiVersion: (networking\.datumapis\.com|discovery\.k8s\.io)\/|apiVersion: v1\nkind: Namespace\n)/;

const page = readPages().find(({ path }) => path === "docs/policy.md")!;
const examples = new Map<string, { text: string }>(
  page.fences.filter(({ language, text }) => language === "yaml" && GROUPS.test(text))
    .map(({ text, line }) => [`docs/policy.md:${line}`, { text }]),
);

Deno.test("docs/policy.md shows an example of every kind, and each is taken as it is written", () => {
  const set = readPolicies(examples, new Map());
  assert.deepEqual([set.findings, set.refused], [[], []]);
  const { policies, proxies, connectors, namespaces, slices } = set;
  assert.deepEqual([policies, proxies, connectors, namespaces, slices].map(({ length }) => length), [
    1,
    2,
    1,
    1,
    1,
  ]);
});

Deno.test("docs/policy.md has objects that do what it says of them", () => {
  const index = makePolicyIndex(readPolicies(examples, new Map()), {
    compat: "none",
    baseDirectives: [],
    generationOf: (_kind, { generation }) => generation ?? 1,
  });
  const gateway = { kind: "Gateway", namespace: "ns-4711", name: "edge", sectionName: "https-shop" };
  const { project, policy } = index.governing(gateway, null)!;
  assert.deepEqual([project, policy?.name, policy?.generation], ["acme", "shop", 3]);
  assert.deepEqual(index.connector("httproute/ns-4711/shop/rule/0"), {
    online: true,
    address: "service.internal:8080",
    nodeId: "4f2a9c",
  });
  assert.match(index.device("httproute/default/api/rule/0") ?? "", /^vrf-[0-9a-f]{11}$/);
});
