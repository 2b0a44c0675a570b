import assert from "node:assert/strict";
import { many, meta, REFUSED, ruleSet } from "./_policy_test_refused.ts";
import { readPolicies } from "./read_policies.ts";

const read = (text: string) => readPolicies(new Map([["a.yaml", { text }]]), new Map());

/** Where a part of a text begins. */
function placeIn(text: string, part: string): string {
  const before = text.slice(0, text.indexOf(part)).split("\n");
  assert.ok(text.includes(part));
  return `${before.length}:${before.at(-1)!.length + 1}`;
}

for (const [text, ...complaints] of REFUSED) {
  const title = complaints.map(([, message]) => message.slice(0, 90)).join(" and ");
  Deno.test(`readPolicies() refuses ${title.slice(0, 200)}`, () => {
    const { findings, refused, policies, proxies, connectors } = read(text);
    assert.deepEqual([policies, proxies, connectors, refused.length], [[], [], [], 1]);
    const found = findings.slice(1).map(({ place, message, hint }) => {
      return [`${place.line}:${place.column}`, message, hint];
    });
    const expected = complaints.map((
      [at, message, hint],
    ) => [placeIn(text, at), `Cannot use ${message}`, hint]);
    assert.deepEqual(found, expected);
    const count = complaints.length === 1 ? "it has a problem" : `it has ${complaints.length} problems`;
    assert.ok(findings[0].message.endsWith(`: ${count}`), findings[0].message);
    assert.equal(refused[0].message, `a.yaml:${expected[0][0]}: ${expected[0][1]}`);
  });
}

// Nothing of these is an object of ours that could be named.
const LEFT_OUT: readonly [text: string, place: string, message: string, hint: string][] = [
  [
    "5",
    "1:1",
    "Cannot use a document: it is no object",
    "every document is a map with apiVersion, kind and metadata",
  ],
  [
    "- a",
    "1:1",
    "Cannot use a document: it is no object",
    "every document is a map with apiVersion, kind and metadata",
  ],
  [
    "kind: Connector",
    "1:1",
    "Cannot use apiVersion of Connector: it is missing",
    "every object names its apiVersion and its kind",
  ],
  [
    "apiVersion: a/b/c\nkind: Connector",
    "1:1",
    "Cannot use apiVersion of Connector: it has not the right form",
    "every object names its apiVersion and its kind",
  ],
  [
    "apiVersion: v1",
    "1:1",
    "Cannot use kind of an object: it is missing",
    "every object names its apiVersion and its kind",
  ],
  [
    meta("{name: ''}"),
    "3:12",
    "Cannot use metadata.name of TrafficProtectionPolicy: it is missing",
    "every object needs a name",
  ],
  [
    meta("~"),
    "3:1",
    "Cannot use metadata.name of TrafficProtectionPolicy: it is missing",
    "every object needs a name",
  ],
  [meta("[]"), "3:1", "Cannot use metadata of TrafficProtectionPolicy: an object is needed, not a list", ""],
  [
    meta("{name: p, namespace: no}"),
    "3:21",
    'Cannot use metadata.namespace of TrafficProtectionPolicy "p": a string is needed, not a boolean',
    "put it in quotes",
  ],
  [
    "apiVersion: v1\nkind: Secret\nmetadata: {name: s}\nstringData: {key: hidden}",
    "1:1",
    'Cannot use Secret "s": "v1" has no kind of this name that is a policy object',
    "it is left out; what Envoy Gateway reads belongs below gate.resources",
  ],
  [
    "apiVersion: networking.datumapis.com/v1alpha\nkind: HttpProxy\nmetadata: {name: s}",
    "1:1",
    'Cannot use HttpProxy "s": "networking.datumapis.com/v1alpha" has no kind of this name that is a policy object',
    "did you mean HTTPProxy of networking.datumapis.com/v1alpha? It is left out",
  ],
  [
    "apiVersion: discovery.k8s.io/v1\nkind: toString\nmetadata: {name: s}",
    "1:1",
    'Cannot use toString "s": "discovery.k8s.io/v1" has no kind of this name that is a policy object',
    "it is left out; what Envoy Gateway reads belongs below gate.resources",
  ],
];

for (const [text, place, message, hint] of LEFT_OUT) {
  Deno.test(`readPolicies() leaves out with a finding: ${JSON.stringify(text.slice(0, 60))}: ${message.slice(0, 60)}`, () => {
    const { findings, refused, policies, good } = read(text);
    const [found] = findings;
    assert.deepEqual([`${found.place.line}:${found.place.column}`, found.message, found.hint], [
      place,
      message,
      hint,
    ]);
    assert.deepEqual([refused, policies, [...good.values()]], [[], [], [text]]);
  });
}

const NO_YAML: readonly [text: string, place: string, what: string][] = [
  ["a: '", "1:5", "a character is missing, for instance a quote, a colon or a bracket"],
  ["a: [", "1:5", "the indentation does not fit"],
  ["a: 1\na: 2", "2:1", "the key is there twice"],
  ["a:\n\tb: 1", "2:1", "a tab is used for indentation"],
  ["a: *b", "1:4", "an alias has no anchor"],
];

for (const [text, place, what] of NO_YAML) {
  Deno.test(`readPolicies() leaves a file out where ${what}`, () => {
    const { findings, good } = read(text);
    assert.equal(findings[1].message, `Cannot read file "a.yaml": ${what}`);
    assert.equal(`${findings[1].place.line}:${findings[1].place.column}`, place);
    assert.equal(good.size, 0);
  });
}

Deno.test("readPolicies() leaves a file out that is nested too deeply", () => {
  for (const text of ["[".repeat(10_000), `${'{"a":'.repeat(10_000)}1${"}".repeat(10_000)}`]) {
    assert.deepEqual([read(text).findings.length, read(text).good.size], [2, 0]);
  }
});

Deno.test("readPolicies() shows the first twenty problems of an object", () => {
  const { findings } = read(ruleSet(`{ruleExclusions: {ids: ${many(50, "0")}}}`));
  assert.equal(findings.length, 21);
  assert.ok(findings[0].message.endsWith("it has 50 problems, the first 20 follow"));
});

Deno.test("readPolicies() takes a member named __proto__ for any other", () => {
  const { policies } = read(meta("{name: p, labels: {__proto__: a, toString: b}}"));
  assert.deepEqual(Object.entries(policies[0].labels), [["__proto__", "a"], ["toString", "b"]]);
});
