import assert from "node:assert/strict";
import { objectsOf, pairsOf, publishedNames, publishedValue } from "../../tests/fakes/gate_objects.ts";
import { type BundleState, KeyMaterial, type ObjectKey, type PairState } from "../model/mod.ts";
import { type GateInput, planGate } from "./mod.ts";

const GATEWAY = `
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: {name: edge}
spec:
  gatewayClassName: eg
  listeners:
  - {name: a, protocol: HTTPS, port: 443, hostname: a.example.com, tls: {certificateRefs: [{name: a}]}}
`;

const bytes = (text: string) => new TextEncoder().encode(text);
const placeholder = {
  pair: { certificate: bytes("placeholder"), key: new KeyMaterial(bytes("no key")) },
  hash: "hash of the placeholder",
};

function bySds(words: Readonly<Record<string, string>>, renewal = ""): Map<ObjectKey, PairState> {
  const pairs = pairsOf(words);
  for (const [key, pair] of pairs) {
    const served = pair.served && { ...pair.served, hash: pair.served.hash + renewal };
    pairs.set(key, { ...pair, served, delivery: "sds", placeholder: served ? placeholder : undefined });
  }
  return pairs;
}

function plan(text: string, pairs: Map<ObjectKey, PairState>, more: Partial<GateInput> = {}) {
  return planGate({
    objects: objectsOf(text),
    pairs,
    nudge: 0,
    now: Date.UTC(2026, 5, 1),
    options: {
      neverGate: [],
      nameCoverage: "warn",
      certState: true,
      listenerSets: false,
      sdsServer: "unix:///run/certgate/sds.sock",
    },
    ...more,
  });
}

Deno.test("planGate() gives Envoy Gateway a placeholder of what Envoy asks certgate for", () => {
  const { objects } = plan(GATEWAY, bySds({ "default/a": "usable" }));
  assert.equal(objects[0].pair, placeholder.pair);
});

Deno.test("planGate() has nothing to translate for where a pair is renewed that Envoy asks certgate for", () => {
  const revision = (renewal: string) =>
    plan(GATEWAY, bySds({ "default/a": "usable" }, renewal)).gateways[0].revision;
  assert.equal(revision(""), revision(" renewed"));
  assert.notEqual(revision(""), plan(GATEWAY, bySds({ "default/a": "expired" })).gateways[0].revision);
  assert.notEqual(revision(""), plan(GATEWAY, pairsOf({ "default/a": "usable" })).gateways[0].revision);
});

const POINTER = (url: string) => `
apiVersion: v1
kind: Secret
metadata: {name: a}
type: gateway.envoyproxy.io/sds
stringData: {url: "${url}", secretName: default/pair}
---${GATEWAY}`;

Deno.test("planGate() judges the pair behind a Secret that names certgate's own SDS server", () => {
  const url = "unix:///run/certgate/sds.sock";
  const good = plan(POINTER(url), bySds({ "default/pair": "usable" }));
  assert.equal(good.listeners[0].published?.name, "edge");
  assert.equal(good.listeners[0].secrets[0].serial, "01");
  assert.ok(publishedNames(good).includes("Secret/default/a"));
  assert.equal(publishedValue(good, "Secret", "a")?.type, "gateway.envoyproxy.io/sds");
  assert.equal(plan(POINTER(url), bySds({ "default/pair": "expired" })).listeners[0].reason, "Expired");
  const through = plan(POINTER(url), pairsOf({ "default/pair": "usable" })).listeners[0];
  assert.deepEqual([through.reason, through.detail], [
    "Missing",
    'Secret "default/a": no source with delivery: sds gives it',
  ]);
});

Deno.test("planGate() leaves a Secret alone that names the SDS server of somebody else", () => {
  const other = plan(POINTER("unix:///run/spire.sock"), new Map());
  assert.equal(other.listeners[0].published?.name, "edge");
  assert.equal(other.listeners[0].secrets[0].verdict.action, "leave");
});

Deno.test("planGate() publishes the operator's word on where to ask, and no pair of the same name", () => {
  const pointer = POINTER("unix:///run/certgate/sds.sock").replace("default/pair", "default/a");
  const { objects } = plan(pointer, bySds({ "default/a": "usable" }));
  const secrets = objects.filter(({ kind }) => kind === "Secret");
  assert.deepEqual(secrets.map(({ value, pair }) => [value.type, pair]), [
    ["gateway.envoyproxy.io/sds", undefined],
  ]);
});

const bundle = (parts: Partial<BundleState> = {}): BundleState => ({
  namespace: "default",
  name: "clients",
  kind: "ConfigMap",
  file: "/etc/ca.pem",
  served: bytes("the real authorities"),
  hash: "1",
  placeholder: bytes("trusts nobody"),
  members: 1,
  message: "",
  notAfter: null,
  ...parts,
});

Deno.test("planGate() publishes a CA that trusts nobody in place of a bundle, and translates only where there is none yet", () => {
  const withBundle = (parts: Partial<BundleState>) =>
    plan(GATEWAY, pairsOf({ "default/a": "usable" }), { bundles: [bundle(parts)] });
  const first = withBundle({});
  assert.deepEqual(publishedValue(first, "ConfigMap", "clients")?.data, { "ca.crt": "trusts nobody" });
  const revision = (parts: Partial<BundleState>) => withBundle(parts).gateways[0].revision;
  assert.equal(revision({}), revision({ served: bytes("others"), hash: "2" }));
  assert.notEqual(revision({}), revision({ served: null, hash: "" }));
  assert.notEqual(revision({ inPlace: true }), revision({ inPlace: true, hash: "2" }));
  const secret = publishedValue(withBundle({ kind: "Secret" }), "Secret", "clients");
  assert.deepEqual(secret?.data, { "ca.crt": btoa("trusts nobody") });
});

Deno.test("planGate() takes a bundle before an object of its name, and says so", () => {
  const text = `
apiVersion: v1
kind: ConfigMap
metadata: {name: clients}
data: {ca.crt: other}
---${GATEWAY}`;
  const found = plan(text, pairsOf({ "default/a": "usable" }), { bundles: [bundle()] });
  assert.equal(publishedNames(found).filter((name) => name === "ConfigMap/default/clients").length, 1);
  assert.match(found.findings[0].message, /^Cannot use the ConfigMap "default\/clients": the bundle/);
});

Deno.test("planGate() publishes one Secret where a pair and a bundle have the same name", () => {
  const bundles = [bundle({ kind: "Secret", name: "a" })];
  const found = plan(GATEWAY, bySds({ "default/a": "usable" }), { bundles });
  assert.equal(publishedNames(found).filter((name) => name === "Secret/default/a").length, 1);
  const [{ value, pair }] = found.objects;
  assert.equal(pair, placeholder.pair);
  assert.deepEqual([value.type, value.data], ["kubernetes.io/tls", { "ca.crt": btoa("trusts nobody") }]);
  const alone = plan(GATEWAY, bySds({ "default/a": "expired" }), { bundles });
  assert.equal(publishedValue(alone, "Secret", "a")?.type, "Opaque");
});

Deno.test("planGate() has Envoy Gateway translate when Envoy is to connect with something else", () => {
  const revision = (sdsClient?: string) => {
    const options = { neverGate: [], nameCoverage: "warn", certState: true, listenerSets: false } as const;
    const pairs = bySds({ "default/a": "usable" });
    return plan(GATEWAY, pairs, { options: { ...options, sdsClient } }).gateways[0].revision;
  };
  assert.equal(revision("one"), revision("one"));
  assert.equal(new Set([revision(), revision("one"), revision("another")]).size, 3);
});

Deno.test("planGate() says the same of every listener, whichever way its pair goes", () => {
  for (const words of ["usable", "expired", "usable other.example.com"]) {
    const [direct, through] = [bySds, pairsOf].map((pairs) => plan(GATEWAY, pairs({ "default/a": words })));
    assert.deepEqual(direct.listeners, through.listeners);
    assert.equal(direct.gateways[0]?.published.length, through.gateways[0]?.published.length);
  }
});
