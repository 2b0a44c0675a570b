import assert from "node:assert/strict";
import { sampleStatus } from "../../tests/fakes/gate_status.ts";
import { sampleName, samplePlain, sampleSds } from "../../tests/fakes/sds_status.ts";
import { listSdsTroubles } from "./sds_troubles.ts";

const gate = sampleStatus([{ hostname: "a.test" }, { hostname: "b.test", cause: "expired" }]);
const sds = sampleSds(gate);
const told = (changes: Partial<typeof sds>, of = gate) =>
  listSdsTroubles({ ...sds, ...changes }, of).map(({ about, level, message }) =>
    `${about} ${level}: ${message}`
  );
const bundle = {
  namespace: "ns",
  name: "clients",
  kind: "ConfigMap",
  file: "/c.pem",
  members: 2,
  message: "",
  notAfter: null,
} as const;

Deno.test("listSdsTroubles() says nothing while all is well, and where nothing is delivered so", () => {
  assert.deepEqual(told({ bundles: [bundle] }), []);
  assert.deepEqual(listSdsTroubles(null, gate), []);
  assert.deepEqual(listSdsTroubles(undefined, null), []);
});

Deno.test("listSdsTroubles() says why Envoys cannot ask, and then not that nobody does", () => {
  assert.deepEqual(told({ message: "the address is in use", clients: [] }), [
    "sds failed: Envoys cannot ask for certificates: the address is in use",
  ]);
});

Deno.test("listSdsTroubles() says that nobody asks, which is a failure where there is no other way", () => {
  assert.deepEqual(told({ clients: [] }), ["sds attention: No Envoy asks for certificates"]);
  const plain = samplePlain([{ hostname: "a.test" }]);
  assert.deepEqual(told({ clients: [] }, plain), ["sds failed: No Envoy asks for certificates"]);
  assert.deepEqual(told({ clients: [], names: [] }), [], "there is nothing to ask for");
});

Deno.test("listSdsTroubles() names what is not taken, three of it", () => {
  const names = ["a", "b", "c", "d", "e"].map((name) => sampleName(`ns/${name}`, { accepted: 0 }));
  assert.deepEqual(told({ names }), [
    'sds attention: Not every Envoy has taken the newest of "ns/a", "ns/b", "ns/c" and 2 more',
  ]);
});

Deno.test("listSdsTroubles() tells a bundle that nobody is trusted by from one that goes on as it was", () => {
  assert.deepEqual(told({ bundles: [{ ...bundle, message: "it is empty; what was read before goes on" }] }), [
    "bundle attention: it is empty; what was read before goes on",
  ]);
  assert.match(
    told({ bundles: [{ ...bundle, members: 0, message: "it is empty" }] })[0],
    /^bundle failed: Nobody/,
  );
});

Deno.test("listSdsTroubles() names what is asked for and nobody has, and not what is there and withheld", () => {
  const unknown = ["default/b.test-tls", "trust/ns/clients", "trust/ns/clients+ns/other", "ns/strange"];
  assert.deepEqual(told({ unknown, bundles: [bundle] }), [
    'sds attention: An Envoy asks for what nobody has: "trust/ns/clients+ns/other", "ns/strange"',
  ]);
});
