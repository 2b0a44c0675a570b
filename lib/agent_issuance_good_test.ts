import assert from "node:assert/strict";
import { objectsOf } from "../tests/fakes/gate_objects.ts";
import { GoodIntents } from "./agent_issuance_good.ts";
import { planIntents } from "./issuers/mod.ts";
import type { Keep } from "./outputs/mod.ts";

/** A keep in memory. */
function memory(): Keep & { readonly files: Map<string, Uint8Array> } {
  const files = new Map<string, Uint8Array>();
  return {
    files,
    entries: () => new Map(files),
    put: (key, bytes) => void files.set(key, bytes),
    remove: (key) => void files.delete(key),
    settled: () => Promise.resolve(),
  };
}

const listener = (name: string, hostname: string, secret: string) =>
  `    - { name: ${name}, protocol: HTTPS, port: 443${hostname && `, hostname: ${hostname}`},` +
  ` tls: { certificateRefs: [{ name: ${secret} }] } }\n`;

const owner = (listeners: string, { issuer = "one", kind = "Gateway", duration = "24h" } = {}) => `
apiVersion: gateway.networking.k8s.io/v1
kind: ${kind}
metadata:
  name: ${kind.toLowerCase()}
  annotations: { cert-manager.io/cluster-issuer: ${issuer}, cert-manager.io/duration: ${duration} }
spec:
  ${kind === "Gateway" ? "allowedListeners: { namespaces: { from: Same } }" : "parentRef: { name: gateway }"}
  listeners:
${listeners}`;

const take = (good: GoodIntents, text: string, listenerSets = true) =>
  good.take(planIntents(objectsOf(text), { listenerSets }))
    .map(({ name, issuerRef, dnsNames }) => `${name} ${issuerRef.name} ${dnsNames}`);

const [A, B] = [listener("a", "a.example.com", "a"), listener("b", "b.example.com", "b")];

Deno.test("GoodIntents keeps those of an object with a mistake, as long as it refers to their Secrets", () => {
  const keep = memory();
  const good = new GoodIntents(keep);
  assert.deepEqual(take(good, owner(A + B)), ["a one a.example.com", "b one b.example.com"]);
  const broken = (listeners: string) => owner(listeners, { issuer: "two", duration: "soon" });
  assert.deepEqual(take(good, broken(A + B)), ["a one a.example.com", "b one b.example.com"]);
  assert.deepEqual(take(new GoodIntents(keep), broken(A)), ["a one a.example.com"], "after a restart");
  assert.deepEqual(take(good, owner(A, { issuer: "two" })), ["a two a.example.com"]);
});

Deno.test("GoodIntents keeps a Secret whole while one of its listeners has a mistake", () => {
  const good = new GoodIntents(memory());
  const shared = listener("c", "c.example.com", "a");
  assert.deepEqual(take(good, owner(A + shared + B)), [
    "a one a.example.com,c.example.com",
    "b one b.example.com",
  ]);
  const lost = owner(A + listener("c", "", "a") + B, { issuer: "two" });
  assert.deepEqual(take(good, lost).toSorted(), ["a one a.example.com,c.example.com", "b two b.example.com"]);
  assert.deepEqual(
    take(good, owner(A + B)),
    ["a one a.example.com", "b one b.example.com"],
    "one that is gone",
  );
});

Deno.test("GoodIntents forgets an object that is gone or asks no more", () => {
  const keep = memory();
  const good = new GoodIntents(keep);
  for (const text of ["", owner(A).replace("cluster-issuer", "nothing")]) {
    take(good, owner(A));
    assert.equal(keep.files.size, 1);
    assert.deepEqual(take(good, text), []);
    assert.equal(keep.files.size, 0);
  }
});

Deno.test("GoodIntents has those of sets wait while ListenerSets are not looked at", () => {
  const keep = memory();
  const good = new GoodIntents(keep);
  const both = (duration: string) =>
    `${owner(A)}---${owner(B, { kind: "ListenerSet", issuer: "two", duration })}`;
  assert.deepEqual(take(good, both("24h")), ["a one a.example.com", "b two b.example.com"]);
  assert.deepEqual(take(good, both("24h"), false), ["a one a.example.com"]);
  assert.deepEqual(take(good, both("soon")), ["a one a.example.com", "b two b.example.com"]);
});

Deno.test("GoodIntents begins anew with files that it cannot read", () => {
  const keep = memory();
  keep.put("Gateway default/gateway", new TextEncoder().encode("{"));
  assert.deepEqual(take(new GoodIntents(keep), owner(A, { duration: "soon" })), []);
  assert.equal(keep.files.size, 0);
});
