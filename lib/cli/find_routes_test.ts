import assert from "node:assert/strict";
import { findRoutes } from "./find_routes.ts";

const PLACE = { namespace: "default", name: "eg", listener: "https-a" };

function route(name: string, spec: string, namespace = "default"): string {
  return `apiVersion: gateway.networking.k8s.io/v1\nkind: HTTPRoute\nmetadata: { namespace: ${namespace}, name: ${name} }\nspec: ${spec}\n`;
}

function names(...documents: string[]): string[] {
  return findRoutes(documents.join("---\n"), PLACE, "a.test").map(({ name }) => name);
}

Deno.test("findRoutes() takes routes of this listener and of the Gateway as a whole", () => {
  const found = names(
    route("whole", "{ parentRefs: [{ name: eg }] }"),
    route("section", "{ parentRefs: [{ name: eg, sectionName: https-a }] }"),
    route("other-section", "{ parentRefs: [{ name: eg, sectionName: https-b }] }"),
    route("other-gateway", "{ parentRefs: [{ name: eg2 }] }"),
    route("service", "{ parentRefs: [{ kind: Service, name: eg }] }"),
    route("elsewhere", "{ parentRefs: [{ name: eg }] }", "team"),
    route("from-elsewhere", "{ parentRefs: [{ name: eg, namespace: default }] }", "team"),
  );
  assert.deepEqual(found, ["whole", "section", "from-elsewhere"]);
});

Deno.test("findRoutes() takes routes that have the hostname, a wildcard of it, or none", () => {
  const found = names(
    route("none", "{ parentRefs: [{ name: eg }] }"),
    route("exact", "{ parentRefs: [{ name: eg }], hostnames: [b.test, a.test] }"),
    route("wild", "{ parentRefs: [{ name: eg }], hostnames: ['*.test'] }"),
    route("other", "{ parentRefs: [{ name: eg }], hostnames: [b.test, '*.a.test'] }"),
  );
  assert.deepEqual(found, ["none", "exact", "wild"]);
});

Deno.test("findRoutes() names the rules, one of no name where none is written, and no other kinds", () => {
  const text = [
    route("a", "{ parentRefs: [{ name: eg }], rules: [{ name: pay }, {}] }"),
    route("b", "{ parentRefs: [{ name: eg }] }"),
    route("c", "{ parentRefs: [{ name: eg }] }").replace("HTTPRoute", "GRPCRoute"),
    "kind: Gateway\nmetadata: { name: eg, note: HTTPRoute }\n",
  ].join("---\n");
  assert.deepEqual(findRoutes(text, PLACE, "a.test"), [
    { namespace: "default", name: "a", rules: ["pay", ""] },
    { namespace: "default", name: "b", rules: [""] },
  ]);
});
