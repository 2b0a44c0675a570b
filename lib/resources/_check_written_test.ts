import assert from "node:assert/strict";
import type { Json, JsonObject } from "../model/mod.ts";
import { checkWritten } from "./_check_written.ts";
import { kindOf } from "./_kinds.ts";

const KIND = kindOf("gateway.networking.k8s.io", "Gateway")!;

const listener = (index: number): JsonObject => ({
  name: `l${index}`,
  port: 443,
  protocol: "HTTPS",
  hostname: `h${index}.test`,
  tls: { certificateRefs: [{ name: "s" }] },
});
const gateway = (listeners: Json, more: Record<string, Json> = {}): JsonObject => ({
  apiVersion: "gateway.networking.k8s.io/v1",
  kind: "Gateway",
  metadata: { name: "g" },
  spec: { gatewayClassName: "c", listeners, ...more },
});
const check = (value: JsonObject) =>
  checkWritten(value, KIND).map(({ path, what }) => `${path.join(".")}: ${what}`);
const many = (count: number) => Array.from({ length: count }, (_, index) => listener(index));

Deno.test("checkWritten() takes more listeners than Envoy Gateway takes at once", () => {
  assert.deepEqual(check(gateway(many(200))), []);
});

Deno.test("checkWritten() checks each listener of a large Gateway", () => {
  const listeners: JsonObject[] = many(200);
  listeners[70] = { ...listener(70), port: 0 };
  listeners[130] = { ...listener(3), hostname: "other.test" };
  assert.deepEqual(check(gateway(listeners)), [
    "spec.listeners.70.port: 0 is less than 1",
    'spec.listeners.130: name "l3" is there twice',
  ]);
});

Deno.test("checkWritten() says once what is wrong besides the listeners", () => {
  assert.deepEqual(check(gateway(many(200), { extra: 1 })), ["spec.extra: unknown field"]);
});

Deno.test("checkWritten() takes allowedListeners as a list", () => {
  const good: Json[] = [
    { namespaces: { from: "Same" } },
    [],
    [{ from: "Same" }],
    [{ namespaces: { from: "All" } }, { from: "Selector", selector: { matchLabels: { a: "b" } } }],
  ];
  for (const allowedListeners of good) assert.deepEqual(check(gateway(many(1), { allowedListeners })), []);
  for (const allowedListeners of [["Same"], [{ from: "Some" }], [{ from: "Same" }, { from: "Some" }]]) {
    assert.equal(check(gateway(many(1), { allowedListeners })).length, 1, JSON.stringify(allowedListeners));
  }
});

Deno.test("checkWritten() leaves what is no list to the schema", () => {
  assert.deepEqual(check(gateway("all")), ["spec.listeners: a list is needed, not a string"]);
  assert.deepEqual(check(gateway([])), ["spec.listeners: it has 0 entries, at least 1 are needed"]);
});
