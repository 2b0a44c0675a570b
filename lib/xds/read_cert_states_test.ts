import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import fc from "fast-check";
import { field } from "./_encode.ts";
import { readCertStates } from "./read_cert_states.ts";
import { readSnapshot } from "./snapshot.ts";

const text = (value: string) => new TextEncoder().encode(value);
const context = (...objects: unknown[]) =>
  Buffer.concat(objects.map((object) => field(1, field(1, text(JSON.stringify(object))))));
const state = (gateway: string, spec: Record<string, unknown> = {}) => ({
  apiVersion: "certgate.dev/v1alpha1",
  kind: "CertState",
  metadata: { name: gateway, namespace: "default" },
  spec: { targetRef: { group: "gateway.networking.k8s.io", kind: "Gateway", name: gateway }, ...spec },
});
const view = (gateway: string, revision = "", nudge = 0) => ({
  namespace: "default",
  gateway,
  revision,
  nudge,
});

Deno.test("readCertStates() reads what Envoy Gateway really sends", () => {
  const name = "eg-1.9.0-one-gateway-41-hosts-certstate.pb.gz";
  const request = gunzipSync(readFileSync(new URL(`../../tests/fixtures/${name}`, import.meta.url)));
  const states = readCertStates(readSnapshot(request).context);
  assert.deepEqual(states.map(({ gateway, ...rest }) => ({ gateway: gateway !== "", ...rest })), [
    { gateway: true, namespace: "default", revision: "1", nudge: 0 },
  ]);
});

Deno.test("readCertStates() gives each Gateway its last word, among objects of other kinds", () => {
  const bytes = context(
    { kind: "Other", spec: { targetRef: { kind: "Gateway", name: "a" } } },
    state("a", { revision: "old", nudge: 1 }),
    state("b", { revision: "r", nudge: 2 }),
    state("a", { revision: "new", nudge: 3 }),
  );
  assert.deepEqual(readCertStates(bytes), [view("a", "new", 3), view("b", "r", 2)]);
});

Deno.test("readCertStates() passes over what is no CertState of ours", () => {
  const whole = state("a", { revision: "r" });
  const odd = [
    null,
    [],
    "CertState",
    { kind: "CertState" },
    { ...whole, apiVersion: "example.com/v1" },
    { ...whole, apiVersion: 1 },
    { ...whole, metadata: null },
    { ...whole, metadata: { namespace: 1 } },
    { ...whole, spec: "CertState" },
    { ...whole, spec: { targetRef: { kind: "HTTPRoute", name: "a" } } },
    { ...whole, spec: { targetRef: { kind: "Gateway", name: ["a"] } } },
    { ...whole, spec: { ...whole.spec, padding: "x".repeat(70_000) } },
  ];
  assert.deepEqual(readCertStates(context(...odd)), []);
  assert.deepEqual(readCertStates(field(1, field(1, text('{"kind": "CertState"')))), []);
  assert.deepEqual(readCertStates(context(state("a", { revision: {}, nudge: "many" }))), [view("a")]);
});

// Whatever the bytes are, there is a list and no exception; what stood before the damage is in it.
Deno.test("readCertStates() never throws", () => {
  const good = context(state("a", { revision: "r" }));
  fc.assert(fc.property(fc.uint8Array({ maxLength: 60 }), fc.nat(good.length - 1), (bytes, at) => {
    assert.deepEqual(readCertStates(Buffer.concat([good, bytes]))[0], view("a", "r"));
    readCertStates(bytes);
    const broken = Buffer.from(good);
    broken.set(bytes.subarray(0, good.length - at), at);
    readCertStates(broken);
  }));
});
