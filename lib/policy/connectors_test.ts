import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import type { ConnectorFate } from "../model/mod.ts";
import { connector, indexOf, namespace, proxy, readSet, upStatus, upstream } from "./_test_set.ts";
import { connectorLiveness, connectorStates } from "./connector_states.ts";

const show = (fate: ConnectorFate | null) =>
  fate === null ? "-" : fate.online ? `${fate.address} ${fate.nodeId}` : "offline";
const to = (endpoint: string, name = "c") => `endpoint: "${endpoint}", connector: {name: ${name}}`;

Deno.test("makePolicyIndex() finds the connector behind a rule by the name of its cluster", () => {
  const index = indexOf(
    proxy("name: p, namespace: a", to("http://h:9"), null, to("http://h:10", "down")) +
      connector("name: c, namespace: a", upStatus("n1")) + connector("name: down, namespace: a"),
  );
  const asked = [
    ["httproute/a/p/rule/0", "h:9 n1"],
    ["httproute/a/p/rule/+0", "h:9 n1"],
    ["httproute/a/p/rule/-0", "h:9 n1"],
    ["httproute/a/p/rule/000", "h:9 n1"],
    ["httproute/a/p/rule/02", "offline"],
    ["httproute/a/p/rule/1", "-"],
    ["httproute/a/p/rule/-1", "-"],
    ["httproute/a/p/rule/", "-"],
    ["httproute/a/p/rule/0x0", "-"],
    ["httproute/a/p/rule/0_0", "-"],
    ["httproute/a/p/rule/ 0", "-"],
    ["httproute/a/p/rule/99999999999999999999", "-"],
    ["httproute/a/p/rule/0/backend/0", "-"],
    ["httproute/a/p/rules/0", "-"],
    ["grpcroute/a/p/rule/0", "-"],
    ["httproute/b/p/rule/0", "-"],
    ["httproute/a/q/rule/0", "-"],
    ["httproute//p/rule/0", "-"],
    ["", "-"],
  ];
  assert.deepEqual(asked.map(([name]) => [name, show(index.connector(name))]), asked);
  assert.equal(index.connectors, 2);
});

Deno.test("makePolicyIndex() looks a connector up in the namespace of the object, and its rule in that of the label", () => {
  const objects = proxy(`name: p, namespace: ns-1, labels: {${upstream("prod")}}`, to("http://h")) +
    connector("name: c, namespace: ns-1", upStatus());
  const fate = (more: string, options = {}) =>
    ["ns-1", "prod"].map((one) =>
      show(indexOf(objects + more, options).connector(`httproute/${one}/p/rule/0`))
    );
  assert.deepEqual(fate(""), ["-", "h:80 node"]);
  assert.deepEqual(fate(namespace("ns-1", upstream("prod"))), ["h:80 node", "h:80 node"]);
  assert.deepEqual(fate("", { compat: "nso" }), ["-", "-"]);
  assert.deepEqual(fate(namespace("ns-1", upstream("prod")), { compat: "nso" }), ["h:80 node", "-"]);
});

Deno.test("makePolicyIndex() takes a connector that is not there for offline", () => {
  const index = indexOf(
    proxy("name: p, namespace: a", to("http://h")) + connector("name: c, namespace: b", upStatus()),
  );
  assert.deepEqual(index.connector("httproute/a/p/rule/0"), { online: false });
});

Deno.test("makePolicyIndex() passes over a backend whose endpoint is of no use", () => {
  const index = indexOf(
    proxy("name: p, namespace: a", to("nonsense"), to("http://"), "connector: {name: c}"),
  );
  assert.equal(index.connectors, 0);
  assert.equal(index.connector("httproute/a/p/rule/0"), null);
});

Deno.test("makePolicyIndex() writes the address of a tunnel as host and port, IPv6 without brackets", () => {
  const endpoints = [
    "http://h",
    "https://h",
    "tcp://h",
    "http://h:8080/p?q#f",
    "http://[2001:db8::1]:9000",
    "https://u:p@H",
  ];
  const index = indexOf(
    proxy("name: p, namespace: a", ...endpoints.map((one) => to(one))) +
      connector("name: c, namespace: a", upStatus()),
  );
  const found = endpoints.map((_, n) => show(index.connector(`httproute/a/p/rule/${n}`)).split(" ")[0]);
  assert.deepEqual(found, ["h:80", "h:443", "h:80", "h:8080", "2001:db8::1:9000", "H:443"]);
});

Deno.test("makePolicyIndex() names the device of a tenant, at most 15 bytes", () => {
  const slice = (name: string, labels: string) =>
    `---\napiVersion: discovery.k8s.io/v1\nkind: EndpointSlice\nmetadata: {name: ${name}, namespace: a, labels: {${labels}}}\n`;
  const index = indexOf(
    proxy(
      "name: p, namespace: a",
      "instance: {name: s, port: 80}",
      "instance: {name: none}",
      "instance: {name: gone}",
      `instance: {name: s}, ${to("http://h")}`,
    ) +
      slice("s", "galactic.datum.net/tenant-id: t-1") + slice("none", ""),
  );
  const devices = [0, 1, 2, 3].map((n) => index.device(`httproute/a/p/rule/${n}`));
  const expected = `vrf-${createHash("sha256").update("t-1").digest("hex").slice(0, 11)}`;
  assert.deepEqual(devices, [expected, null, null, null]);
  assert.equal(expected.length, 15);
  assert.equal(index.devices, 1);
  assert.deepEqual(index.connector("httproute/a/p/rule/3"), { online: false });
});

Deno.test("makePolicyIndex() looks an EndpointSlice up in the namespace of the object", () => {
  const slice = (namespace: string) =>
    "---\napiVersion: discovery.k8s.io/v1\nkind: EndpointSlice\n" +
    `metadata: {name: s, namespace: ${namespace}, labels: {galactic.datum.net/tenant-id: "${namespace}"}}\n`;
  const objects = proxy(`name: p, namespace: ns-1, labels: {${upstream("prod")}}`, "instance: {name: s}");
  const device = (...slices: string[]) =>
    indexOf(objects + slices.map(slice).join("")).device("httproute/prod/p/rule/0");
  assert.equal(device("prod"), null);
  assert.notEqual(device("ns-1", "prod"), null);
  assert.equal(device("ns-1", "prod"), device("ns-1"));
});

Deno.test("makePolicyIndex() takes the first of two proxies that stand for one", () => {
  const one = (own: string, port: number) =>
    proxy(
      `name: p, namespace: ${own}, labels: {${upstream("prod")}}`,
      ...(port === 1 ? [to("http://h:1")] : [null, to("http://h:2")]),
    ) +
    connector(`name: c, namespace: ${own}`, upStatus());
  const fates = (text: string) =>
    [0, 1].map((n) => show(indexOf(text).connector(`httproute/prod/p/rule/${n}`)));
  assert.deepEqual(fates(one("ns-1", 1) + one("ns-2", 2)), ["h:1 node", "-"]);
  assert.deepEqual(fates(one("ns-2", 2) + one("ns-1", 1)), ["-", "h:2 node"]);
});

const up = { conditions: [{ type: "Other", status: "False" }, { type: "Ready", status: "True" }] };
const down = { conditions: [{ type: "Ready", status: "False" }] };
const key = { type: "PublicKey", publicKey: { id: "k" } };

const LIVENESS: readonly [criterion: string, mirrored: unknown, status: object, expected: string][] = [
  ["takes its own status where none is mirrored", null, { ...up, connectionDetails: key }, "online k"],
  ["is offline without a status", null, {}, "offline"],
  ["is offline where it is not ready", null, down, "offline"],
  ["lets the mirrored status decide for up", { ...up, connectionDetails: key }, down, "online k"],
  ["lets the mirrored status decide for down", down, up, "offline"],
  ["lets an empty mirrored status decide", {}, up, "offline"],
  ["takes a mirrored null for an empty status", "null", up, "offline"],
  ["takes its own status where the mirrored one does not parse", "{", up, "online "],
  ["takes its own status where the mirrored one is empty text", "", up, "online "],
  ["takes its own status where the mirrored one is no map", "[]", up, "online "],
  ["takes its own status where the mirrored conditions are no list", { conditions: "x" }, up, "online "],
  ["takes its own status where a mirrored condition is no map", { conditions: ["x"] }, up, "online "],
  [
    "takes its own status where a mirrored time is none",
    {
      conditions: [{ type: "Ready", status: "False", lastTransitionTime: "soon" }],
    },
    up,
    "online ",
  ],
  [
    "takes its own status where a mirrored key is no text",
    { connectionDetails: { publicKey: { id: 5 } } },
    up,
    "online ",
  ],
  ["stands a mirrored null among the conditions", { conditions: [null, ...up.conditions] }, down, "online "],
  ["is online without a node where the details are of another type", null, {
    ...up,
    connectionDetails: { ...key, type: "X" },
  }, "online "],
  ["is online without a node where the key has no id", null, {
    ...up,
    connectionDetails: { type: "PublicKey" },
  }, "online "],
  [
    "asks the first condition of that type",
    null,
    { conditions: [...down.conditions, ...up.conditions] },
    "offline",
  ],
];

for (const [criterion, mirrored, status, expected] of LIVENESS) {
  Deno.test(`connectorLiveness() ${criterion}`, () => {
    const mirroredStatus = typeof mirrored === "string" || mirrored === null
      ? mirrored
      : JSON.stringify(mirrored);
    const { online, nodeId } = connectorLiveness({ mirroredStatus, status: status as Record<string, never> });
    assert.equal(online ? `online ${nodeId}` : "offline", expected);
  });
}

Deno.test("connectorStates() lists those that are there, then those that are only named", () => {
  const set = readSet(
    connector("name: c, namespace: a", upStatus("n")) + connector("name: d, namespace: a") +
      proxy("name: p, namespace: a", to("http://h"), to("http://h", "gone"), "endpoint: http://h") +
      proxy("name: q, namespace: a", to("http://h", "gone")),
  );
  assert.deepEqual(connectorStates(set), [
    { namespace: "a", name: "c", missing: false, online: true, nodeId: "n" },
    { namespace: "a", name: "d", missing: false, online: false, nodeId: "" },
    { namespace: "a", name: "gone", missing: true, online: false, nodeId: "" },
  ]);
});
