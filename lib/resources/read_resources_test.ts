import assert from "node:assert/strict";
import { readResources, type ResourceText } from "./read_resources.ts";

const secret = (name: string, more = "") =>
  `apiVersion: v1\nkind: Secret\nmetadata:\n  name: ${name}\n${more}`;
const BAD = `${secret("a")}data:\n  x: "?"\n`;
const NONE: ReadonlyMap<string, string> = new Map();

const read = (files: Record<string, string | ResourceText>, lastGood = NONE) =>
  readResources(
    new Map(
      Object.entries(files).map(([path, file]) => [path, typeof file === "string" ? { text: file } : file]),
    ),
    lastGood,
  );
const names = (set: ReturnType<typeof read>) => set.objects.map(({ name }) => name);
const shown = (set: ReturnType<typeof read>) =>
  set.findings.map(({ place, message }) => `${place.file}:${place.line}:${place.column}: ${message}`);

Deno.test("readResources() reads the files in the order of their paths", () => {
  const set = read({
    "b.yaml": secret("b"),
    "a.json": '{"apiVersion":"v1","kind":"Secret","metadata":{"name":"a"}}',
  });
  assert.deepEqual(names(set), ["a", "b"]);
  assert.equal(set.files, 2);
  assert.deepEqual([...set.good.keys()], ["a.json", "b.yaml"]);
  assert.deepEqual(set.findings, []);
});

Deno.test("readResources() fills in the namespace, and none for what has none", () => {
  const text = `${secret("a")}---\n${secret("a", "  namespace: ns\n")}---\n` +
    "apiVersion: gateway.networking.k8s.io/v1\nkind: GatewayClass\nmetadata: {name: c, namespace: ns}\n" +
    "spec: {controllerName: a.test/b}\n";
  const { objects } = read({ "a.yaml": text });
  assert.deepEqual(objects.map(({ kind, namespace }) => [kind, namespace]), [
    ["Secret", "envoy-gateway-system"],
    ["Secret", "ns"],
    ["GatewayClass", ""],
  ]);
  assert.deepEqual(objects[0].value.metadata, { name: "a", namespace: "envoy-gateway-system" });
});

Deno.test("readResources() rewrites a version to the one that Envoy Gateway works with", () => {
  const text =
    "apiVersion: gateway.networking.k8s.io/v1\nkind: ReferenceGrant\nmetadata: {name: a}\nspec:\n" +
    "  from: [{group: gateway.networking.k8s.io, kind: Gateway, namespace: ns}]\n  to: [{group: '', kind: Secret}]\n";
  const [grant] = read({ "a.yaml": text }).objects;
  assert.equal(grant.version, "v1beta1");
  assert.equal(grant.value.apiVersion, "gateway.networking.k8s.io/v1beta1");
});

Deno.test("readResources() leaves a bad file out as a whole and says so", () => {
  const set = read({ "a.yaml": `${secret("good")}---\n${BAD}`, "b.yaml": secret("b") });
  assert.deepEqual(names(set), ["b"]);
  assert.deepEqual(shown(set), [
    'a.yaml:11:3: Cannot use file "a.yaml": it has a problem',
    'a.yaml:11:3: Cannot use data.x of Secret "a": it is not base64',
  ]);
  assert.equal(set.findings[0].hint, "none of its objects is used until it is repaired");
  assert.equal(set.findings[1].hint, "put plain text under stringData instead of data");
  assert.deepEqual([...set.good.keys()], ["b.yaml"]);
});

Deno.test("readResources() goes on using the last good version of a bad file", () => {
  const first = read({ "a.yaml": secret("a") });
  const set = read({ "a.yaml": BAD }, first.good);
  assert.equal(set.objects[0], first.objects[0]);
  assert.equal(set.findings[0].hint, "its last good version stays in use until it is repaired");
  assert.deepEqual(set.good, first.good);
});

Deno.test("readResources() goes on using the last good version of a file that cannot be read", () => {
  const set = read({ "a.yaml": { problem: "permission denied" } }, new Map([["a.yaml", secret("a")]]));
  assert.deepEqual(names(set), ["a"]);
  assert.deepEqual(shown(set), [
    'a.yaml:1:1: Cannot use file "a.yaml": it has a problem',
    'a.yaml:1:1: Cannot read file "a.yaml": permission denied',
  ]);
});

Deno.test("readResources() forgets a file that is gone, and a kept text that is good no more", () => {
  assert.deepEqual(names(read({}, new Map([["a.yaml", secret("a")]]))), []);
  const set = read({ "a.yaml": BAD }, new Map([["a.yaml", "kind: ["]]));
  assert.deepEqual([names(set), set.good.size], [[], 0]);
});

Deno.test("readResources() takes the first of two objects with one name and names both places", () => {
  const set = read({ "b.yaml": `${secret("a")}---\n${secret("b")}`, "a.yaml": `\n${secret("a")}` });
  assert.deepEqual(set.objects.map(({ name, place }) => [name, place.file]), [["a", "a.yaml"], [
    "b",
    "b.yaml",
  ]]);
  assert.deepEqual(shown(set), [
    'b.yaml:1:1: Cannot use Secret "envoy-gateway-system/a": it is at "a.yaml:2:1" already',
  ]);
});

Deno.test("readResources() leaves out alone what Envoy Gateway does not read", () => {
  const deployment = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: d}\n";
  const state = "apiVersion: certgate.dev/v1alpha1\nkind: CertState\nmetadata: {name: c}\n";
  const set = read({ "a.yaml": `${deployment}---\n${state}---\n${secret("a")}` });
  assert.deepEqual(names(set), ["a"]);
  assert.deepEqual(shown(set), [
    'a.yaml:1:1: Cannot use Deployment "d": "apps/v1" has no kind of this name that Envoy Gateway reads from files',
    'a.yaml:5:1: Cannot use CertState "c": certgate makes objects of this kind itself',
  ]);
});

Deno.test("readResources() hands over the kinds of the network-services-operator and listener sets", () => {
  const set = read({
    "a.yaml": "apiVersion: networking.datumapis.com/v1alpha\nkind: HTTPProxy\nmetadata: {name: p}\n" +
      "spec: {hostnames: [a.test]}\n---\n" +
      "apiVersion: gateway.networking.x-k8s.io/v1alpha1\nkind: XListenerSet\nmetadata: {name: x}\n" +
      "spec: {parentRef: {name: g}, listeners: [{name: a, port: 80, protocol: HTTP}]}\n",
  });
  assert.deepEqual(set.findings, []);
  assert.deepEqual(set.objects.map(({ kind, namespace }) => `${kind} ${namespace}`), [
    "HTTPProxy envoy-gateway-system",
    "XListenerSet envoy-gateway-system",
  ]);
});

Deno.test("readResources() opens lists and keeps the places of their entries", () => {
  const text =
    "apiVersion: v1\nkind: List\nitems:\n  - apiVersion: v1\n    kind: Secret\n    metadata:\n      name: a\n";
  const [object] = read({ "a.yaml": text }).objects;
  assert.deepEqual(object.place, { file: "a.yaml", line: 4, column: 5 });
  assert.deepEqual(object.placeOf(["metadata", "name"]), { file: "a.yaml", line: 7, column: 7 });
});

Deno.test("ResourceObject.placeOf() names the nearest parent of what is not there", () => {
  const text = `# a Secret\n${secret("a")}data:\n  "2": YQ==\n  b: YQ==\n  "1": YQ==\n  c: YQ==\n`;
  const [object] = read({ "a.yaml": text }).objects;
  const line = (...path: (string | number)[]) => object.placeOf(path).line;
  assert.deepEqual([line("data", "2"), line("data", "b"), line("data", "1"), line("data", "c")], [
    7,
    8,
    9,
    10,
  ]);
  assert.deepEqual([line("data", "absent"), line("metadata", "namespace"), line("spec", "a", 0)], [6, 4, 2]);
});

Deno.test("ResourceObject.placeOf() tells entries of lists apart, also where two places have one list", () => {
  const text = `apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: { name: a, namespace: b }
spec:
  rules:
    - matches: &both
        - path: { value: /a }
        - path: { value: /b }
    - matches: *both
    - name: last
`;
  const [object] = read({ "a.yaml": text }).objects;
  const line = (...path: (string | number)[]) => object.placeOf(["spec", "rules", ...path]).line;
  assert.deepEqual([line(0, "matches", 0), line(0, "matches", 1), line(0, "matches", 1, "path")], [7, 8, 8]);
  assert.deepEqual([line(1), line(1, "matches", 1), line(2), line(2, "name"), line(3), line("length")], [
    9,
    8,
    10,
    10,
    5,
    5,
  ]);
});

Deno.test("readResources() gives identical objects for the same text", () => {
  const files = { "a.yaml": secret("a"), "b.yaml": secret("b") };
  const [first] = read(files).objects;
  const again = read({ ...files, "b.yaml": secret("c") }).objects;
  assert.equal(again[0], first);
  assert.equal(again[1].name, "c");
});

Deno.test("readResources() says where a text stops being YAML, and quotes nothing of it", () => {
  const set = read({ "a.yaml": `${secret("a")}data:\n  tls.key: "hunter2\n` });
  assert.deepEqual(names(set), []);
  assert.match(shown(set)[1], /^a\.yaml:\d+:\d+: Cannot read file "a\.yaml": a character is missing/);
  assert.doesNotMatch(JSON.stringify(set.findings), /hunter2/);
});

Deno.test("readResources() is not made to grow without bound by aliases", () => {
  const lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"];
  for (let i = 1; i < 12; i++) lines.push(`a${i}: &a${i} [${Array(10).fill(`*a${i - 1}`).join(", ")}]`);
  const set = read({ "a.yaml": `${secret("a")}data:\n${lines.map((line) => `  ${line}\n`).join("")}` });
  assert.match(shown(set)[1], /aliases make it too large$/);
});

Deno.test("readResources() refuses an alias that holds itself, and a merge of itself", () => {
  for (const loop of ["data: &a\n  x: *a\n", "data: &a\n  <<: *a\n"]) {
    assert.deepEqual(names(read({ "a.yaml": `${secret("a")}${loop}` })), []);
  }
});

Deno.test("readResources() lets no key become a prototype", () => {
  const [object] = read({ "a.yaml": secret("a", "  annotations:\n    __proto__: x\n") }).objects;
  assert.deepEqual(Object.keys(object.value.metadata as object), ["name", "annotations", "namespace"]);
  assert.equal(Object.getPrototypeOf(object.value), Object.prototype);
  assert.equal(({} as Record<string, unknown>).x, undefined);
});

Deno.test("readResources() shows no more than twenty complaints of a file", () => {
  const data = Array.from({ length: 30 }, (_, i) => `  k${i}: "?"\n`).join("");
  const set = read({ "a.yaml": `${secret("a")}data:\n${data}` });
  assert.equal(set.findings.length, 21);
  assert.equal(set.findings[0].message, 'Cannot use file "a.yaml": it has 30 problems, the first 20 follow');
});
