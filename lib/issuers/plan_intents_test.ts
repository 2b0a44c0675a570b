import assert from "node:assert/strict";
import { objectOf } from "../../tests/fakes/gate_objects.ts";
import type { JsonObject } from "../model/mod.ts";
import { type IntentOptions, type IntentPlan, planIntents } from "./mod.ts";

const I = "cert-manager.io/issuer";
const CI = "cert-manager.io/cluster-issuer";
const KIND = "cert-manager.io/issuer-kind";
const GROUP = "cert-manager.io/issuer-group";

type Written = Readonly<Record<string, string>>;

const listener = (hostname: string, secret: string) => ({
  name: secret,
  hostname,
  port: 443,
  protocol: "HTTPS",
  tls: { certificateRefs: [{ name: secret }] },
});

function gateway(
  annotations: Written,
  more: { metadata?: JsonObject; listeners?: JsonObject[] } = {},
): JsonObject {
  return {
    apiVersion: "gateway.networking.k8s.io/v1",
    kind: "Gateway",
    metadata: { name: "edge", namespace: "public", annotations, ...more.metadata },
    spec: {
      gatewayClassName: "eg",
      allowedListeners: { namespaces: { from: "All" } },
      listeners: more.listeners ?? [],
    },
  };
}

function set(annotations: Written, more: { namespace?: string; parent?: JsonObject } = {}): JsonObject {
  return {
    apiVersion: "gateway.networking.k8s.io/v1",
    kind: "ListenerSet",
    metadata: { name: "www", namespace: more.namespace ?? "public", annotations },
    spec: {
      parentRef: more.parent ?? { name: "edge", namespace: "public" },
      listeners: [listener("www.example.com", "www-tls")],
    },
  };
}

function plan(objects: readonly JsonObject[], options: IntentOptions = {}): IntentPlan {
  return planIntents(objects.map(objectOf), { listenerSets: true, ...options });
}

/** `Kind/name`, with the group in front where it is not cert-manager's, or what is wrong. */
function outcome(result: IntentPlan, secret = "www-tls"): string {
  const intent = result.intents.find(({ name }) => name === secret);
  if (intent === undefined) {
    const bad = result.findings
      .filter(({ severity, object }) => severity === "bad" && object.kind !== "Gateway");
    return bad.length === 0
      ? "nothing"
      : `error: ${bad.map(({ message }) => message.split(": ")[1]).join("; ")}`;
  }
  const { name, kind, group } = intent.issuerRef;
  return `${group === "cert-manager.io" ? "" : `${group}/`}${kind}/${name}`;
}

const G = { [I]: "G" };
const G_ALL = { [I]: "G", [KIND]: "K", [GROUP]: "g" };
const BOTH = `annotations "${I}" and "${CI}" cannot stand together`;

const ROWS: readonly [row: number, gateway: Written, set: Written, design: string, code?: string][] = [
  [1, { [CI]: "G" }, {}, "ClusterIssuer/G"],
  [2, G, {}, "Issuer/G"],
  [3, G_ALL, {}, "g/K/G"],
  [4, { [CI]: "G" }, { [CI]: "L" }, "ClusterIssuer/L"],
  [5, {}, { [I]: "L" }, "Issuer/L"],
  [5, {}, { [CI]: "L" }, "ClusterIssuer/L"],
  [6, { [CI]: "G" }, { [I]: "L" }, "Issuer/L"],
  [7, G, { [CI]: "L" }, "ClusterIssuer/L"],
  [8, G_ALL, { [I]: "L" }, "Issuer/L", "g/K/L"],
  [
    9,
    { [I]: "G", [KIND]: "K" },
    { [CI]: "L" },
    "ClusterIssuer/L",
    `error: annotations "${CI}" and "${KIND}" cannot stand together`,
  ],
  [11, {}, { [I]: "L", [KIND]: "K", [GROUP]: "g" }, "g/K/L"],
  [12, { [KIND]: "K" }, { [I]: "L", [KIND]: "K2" }, "K2/L", "K/L"],
  [13, { [I]: "G", [CI]: "G2" }, {}, `error: ${BOTH}`],
  [14, { [I]: "G", [CI]: "G2" }, { [CI]: "L" }, "ClusterIssuer/L"],
  [15, {}, {}, "nothing"],
  [16, { [CI]: "" }, {}, `error: annotation "${CI}" names no issuer`],
];

Deno.test("planIntents() chooses the issuer of a set as the table of precedence has it", async (test) => {
  for (const [row, onGateway, onSet, design, code = design] of ROWS) {
    await test.step(`row ${row}: ${design}`, () => {
      const objects = [gateway(onGateway), set(onSet)];
      assert.equal(outcome(plan(objects)), design);
      assert.equal(outcome(plan(objects, { compat: "cert-manager" })), code);
    });
  }
});

Deno.test("planIntents() row 10: a Gateway's own secrets are its issuer's, whatever its sets say", () => {
  const own = { listeners: [listener("own.example.com", "own-tls")] };
  for (const onSet of [{}, { [I]: "L" }, { [CI]: "" }, { [I]: "a", [CI]: "b" }] as Written[]) {
    assert.equal(outcome(plan([gateway(G, own), set(onSet)]), "own-tls"), "Issuer/G");
  }
});

Deno.test("planIntents() row 16: being there decides about inheriting, not saying something", () => {
  for (const key of [I, CI]) {
    const empty = plan([gateway({ [CI]: "G" }), set({ [key]: "" })]);
    assert.equal(outcome(empty), `error: annotation "${key}" names no issuer`);
    // Null is an empty text to Kubernetes.
    const written = set({}) as { metadata: JsonObject };
    const nothing = { ...written, metadata: { ...written.metadata, annotations: { [key]: null } } };
    assert.equal(
      outcome(plan([gateway({ [CI]: "G" }), nothing])),
      `error: annotation "${key}" names no issuer`,
    );
  }
});

Deno.test("planIntents() row 17: a set with an issuer of its own does not wait for its Gateway", () => {
  const gone = { metadata: { deletionTimestamp: "2026-01-01T00:00:00Z" } };
  const leaving = { metadata: { finalizers: ["foregroundDeletion"] } };
  for (const gateways of [[], [gateway(G, gone)], [gateway(G, leaving)]]) {
    assert.equal(outcome(plan([...gateways, set({ [CI]: "L" })])), "ClusterIssuer/L");
    assert.equal(outcome(plan([...gateways, set({})])), "nothing");
  }
  const { objects } = plan([gateway(G, gone)]);
  assert.deepEqual(objects.map(({ state }) => state), ["deleted"]);
});

Deno.test("planIntents() row 18: a parent without a namespace is in the set's own", () => {
  const parents: JsonObject[] = [{ name: "edge" }, { name: "edge", namespace: "" }, {
    name: "edge",
    namespace: null,
  }];
  for (const parent of parents) {
    assert.equal(outcome(plan([gateway(G), set({}, { parent })])), "Issuer/G");
    assert.equal(outcome(plan([gateway(G), set({}, { parent, namespace: "shop" })])), "nothing");
  }
});

Deno.test("planIntents() takes kind and group of a set only together with a name of its own", () => {
  const { findings, ...rest } = plan([gateway(G), set({ [KIND]: "K" })]);
  assert.equal(outcome({ findings, ...rest }), "Issuer/G");
  assert.deepEqual(findings.map(({ reason }) => reason), ["NoEffect"]);
  assert.equal(outcome(plan([gateway(G), set({ [KIND]: "K" })], { compat: "cert-manager" })), "K/G");
});

Deno.test("planIntents() says all that is wrong with a reference at once", () => {
  const { findings, intents, objects } = plan([gateway({ [I]: "a", [CI]: "", [KIND]: "K", [GROUP]: "g" })]);
  assert.deepEqual(intents, []);
  assert.deepEqual(objects[0].state, "bad");
  assert.deepEqual(findings.map(({ message }) => message.replace(/^.*?: annotations? /, "")), [
    `"${CI}" names no issuer`,
    `"${I}" and "${CI}" cannot stand together`,
    `"${CI}" and "${GROUP}" cannot stand together`,
    `"${CI}" and "${KIND}" cannot stand together`,
  ]);
});

Deno.test("planIntents() warns of an issuer of the Gateway that is looked for in another namespace", () => {
  const reasons = (written: Written, namespace: string) =>
    plan([gateway(written), set({}, { namespace })]).findings.map(({ reason }) => reason);
  assert.deepEqual(reasons(G, "shop"), ["OtherNamespace"]);
  assert.deepEqual(reasons(G, "public"), []);
  assert.deepEqual(reasons({ [CI]: "G" }, "shop"), []);
  assert.deepEqual(reasons({ [I]: "G", [KIND]: "AWSPCAClusterIssuer", [GROUP]: "g" }, "shop"), []);
});

Deno.test("planIntents() inherits how certificates are made only if told so, and names never", () => {
  const onGateway = {
    ...G,
    "cert-manager.io/private-key-algorithm": "ECDSA",
    "cert-manager.io/duration": "24h",
    "cert-manager.io/common-name": "gateway.example.com",
  };
  const objects = [gateway(onGateway), set({ "cert-manager.io/duration": "48h" })];
  const usual = plan(objects);
  assert.equal(usual.intents[0].privateKey, null);
  const warning = usual.findings.find(({ reason }) => reason === "NotInherited")!;
  assert.equal(warning.severity, "warning");
  assert.match(
    warning.message,
    /common-name", "cert-manager.io\/private-key-algorithm" of Gateway "public\/edge" do not count/,
  );
  const [intent] = plan(objects, { inherit: "all" }).intents;
  assert.deepEqual(intent.privateKey, { algorithm: "ECDSA" });
  assert.equal(intent.duration?.text, "48h0m0s");
  assert.equal(intent.commonName, "");
  const { origin } = intent.explain.find(({ field }) => field === "spec.privateKey.algorithm")!;
  assert.deepEqual([origin.from, origin.object], ["inherited", 'Gateway "public/edge"']);
});

Deno.test("planIntents() leaves ListenerSets alone unless they are turned on", () => {
  const { intents, objects, findings } = planIntents([gateway(G), set({ [I]: "L" })].map(objectOf));
  assert.deepEqual(intents, []);
  assert.deepEqual(findings, []);
  assert.deepEqual(objects.map(({ kind, state, secrets }) => `${kind} ${state} ${secrets}`), [
    "Gateway planned ",
    "ListenerSet off www-tls",
  ]);
});

Deno.test("planIntents() gives certificates to further protocols, case-sensitive", () => {
  const quic = { ...listener("q.example.com", "q-tls"), protocol: "example.com/quic" };
  const objects = [gateway(G, { listeners: [quic] })];
  assert.deepEqual(plan(objects).intents, []);
  assert.deepEqual(plan(objects, { extraProtocols: ["example.com/QUIC"] }).intents, []);
  assert.equal(plan(objects, { extraProtocols: ["example.com/quic"] }).intents[0].name, "q-tls");
});

Deno.test("planIntents() renames issuers first, and takes the Gateway's for auto", () => {
  const names = { issuerNameMap: { letsencrypt: "letsencrypt-prod", G: "real" } };
  assert.equal(
    outcome(plan([gateway(G), set({ [CI]: "letsencrypt" })], names)),
    "ClusterIssuer/letsencrypt-prod",
  );
  assert.equal(outcome(plan([gateway(G), set({ [CI]: "auto" })], names)), "Issuer/real");
  assert.equal(
    outcome(plan([gateway(G), set({ [CI]: "auto" })], { issuerNameMap: { auto: "x" } })),
    "ClusterIssuer/x",
  );
  // It is a name like any other where nothing is renamed.
  assert.equal(outcome(plan([gateway(G), set({ [CI]: "auto" })])), "ClusterIssuer/auto");
  const nobody = plan([gateway({ [CI]: "auto" }), set({})], names);
  assert.equal(outcome(nobody), "nothing");
  assert.deepEqual(nobody.findings.map(({ reason }) => reason), ["NoIssuer", "NoIssuer"]);
});

Deno.test("planIntents() doubts a kind that cert-manager does not have, as its admission does", () => {
  const reasons = (written: Written) => plan([gateway(written)]).findings.map(({ reason }) => reason);
  assert.deepEqual(reasons({ [I]: "a", [KIND]: "VaultIssuer" }), ["Doubtful"]);
  assert.deepEqual(reasons({ [I]: "a", [KIND]: "VaultIssuer", [GROUP]: "" }), ["Doubtful"]);
  assert.deepEqual(reasons({ [I]: "a", [KIND]: "VaultIssuer", [GROUP]: "example.com" }), []);
  assert.deepEqual(reasons({ [I]: "a", [KIND]: "ClusterIssuer" }), []);
});

Deno.test("planIntents() names annotations that have no effect, with the one that was meant", () => {
  const { findings } = plan([gateway({
    ...G,
    "cert-manager.io/comon-name": "a.example.com",
    "cert-manager.io/uri-sans": "spiffe://a",
    "acme.cert-manager.io/http01-edit-in-place": "true",
    "cert-manager.io/inject-ca-from": "a/b",
    "example.com/duration": "x",
  })]);
  assert.deepEqual(
    findings.map(({ reason, message, hint }) => `${reason} ${/"[^"]+"/.exec(message)}: ${hint}`),
    [
      'NoEffect "cert-manager.io/comon-name": did you mean "cert-manager.io/common-name"?',
      'NoEffect "cert-manager.io/uri-sans": cert-manager does not read it from Gateways and ListenerSets',
      'NoEffect "acme.cert-manager.io/http01-edit-in-place": it is for an Ingress',
    ],
  );
});
