import assert from "node:assert/strict";
import fc from "fast-check";
import { readPolicies } from "./read_policies.ts";
import type { ResourceText } from "./read_resources.ts";

const NONE: ReadonlyMap<string, string> = new Map();
const read = (text: string) => readPolicies(new Map([["a.yaml", { text }]]), NONE);
const TPP = 'TrafficProtectionPolicy "p"';

/** A policy whose spec begins in line 5 and whose first target is fine. */
const policy = (spec: string) =>
  "apiVersion: networking.datumapis.com/v1alpha\nkind: TrafficProtectionPolicy\nmetadata: {name: p}\nspec:\n" +
  `  targetRefs: [{group: gateway.networking.k8s.io, kind: Gateway, name: g}]\n  ${spec}\n`;
const target = (members: string) =>
  policy("").replace("group: gateway.networking.k8s.io, kind: Gateway, name: g", members);
const ruleSet = (text: string) => policy(`ruleSets: [{type: OWASPCoreRuleSet, owaspCoreRuleSet: ${text}}]`);
const meta = (metadata: string) => policy("").replace("{name: p}", metadata);
const proxy = (spec: string) =>
  `apiVersion: networking.datumapis.com/v1alpha\nkind: HTTPProxy\nmetadata: {name: p}\nspec: ${spec}\n`;
const connector = (status: string) =>
  `apiVersion: networking.datumapis.com/v1alpha1\nkind: Connector\nmetadata: {name: p}\nstatus: ${status}\n`;

const set = "spec.ruleSets[0].owaspCoreRuleSet";
const many = (count: number, entry: string) => `[${Array(count).fill(entry).join(", ")}]`;
const group = "group: gateway.networking.k8s.io";

/** Where a part of a text begins. */
function placeIn(text: string, part: string): string {
  const before = text.slice(0, text.indexOf(part)).split("\n");
  assert.ok(text.includes(part));
  return `${before.length}:${before.at(-1)!.length + 1}`;
}

// Each text has these complaints, each where that part of it begins, and none of its objects is used.
const REFUSED: readonly [text: string, ...complaints: [at: string, message: string, hint: string][]][] = [
  [policy("mode: Loud"), [
    "mode: Loud",
    `spec.mode of ${TPP}: "Loud" is not possible`,
    "write Observe, Enforce or Disabled",
  ]],
  [policy("mode: on"), [
    "mode: on",
    `spec.mode of ${TPP}: true is not possible`,
    "write Observe, Enforce or Disabled",
  ]],
  [policy("samplingPercentage: 0"), [
    "samplingPercentage: 0",
    `spec.samplingPercentage of ${TPP}: 0 is out of range`,
    "1 is the least",
  ]],
  [policy("samplingPercentage: 101"), [
    "samplingPercentage: 101",
    `spec.samplingPercentage of ${TPP}: 101 is out of range`,
    "100 is the most",
  ]],
  [policy("samplingPercentage: 1.5"), [
    "samplingPercentage: 1.5",
    `spec.samplingPercentage of ${TPP}: 1.5 is not a whole number`,
    "",
  ]],
  [policy("samplingPercentage: '5'"), [
    "samplingPercentage: '5'",
    `spec.samplingPercentage of ${TPP}: a number is needed, not a string`,
    "",
  ]],
  [policy("samplingPercentage: 1e999"), [
    "samplingPercentage:",
    `spec.samplingPercentage of ${TPP}: a number is needed, not Infinity`,
    "",
  ]],
  [policy("ruleSets: []"), [
    "ruleSets: []",
    `spec.ruleSets of ${TPP}: it is empty`,
    "at least one is needed",
  ]],
  [policy("ruleSets: {}"), ["ruleSets: {}", `spec.ruleSets of ${TPP}: a list is needed, not an object`, ""]],
  [policy("ruleSets: [{}]"), [
    "{}]",
    `spec.ruleSets[0].type of ${TPP}: it is missing`,
    "write OWASPCoreRuleSet",
  ]],
  [policy("ruleSets: [{type: X}]"), [
    "type: X",
    `spec.ruleSets[0].type of ${TPP}: "X" is not possible`,
    "write OWASPCoreRuleSet",
  ]],
  [policy("ruleSets: [{type: OWASPCoreRuleSet}, {type: OWASPCoreRuleSet}]"), [
    "{type: OWASPCoreRuleSet}]",
    `spec.ruleSets[1] of ${TPP}: the rule set OWASPCoreRuleSet is there already`,
    "keep one of them",
  ]],
  [ruleSet("5"), ["owaspCoreRuleSet: 5", `${set} of ${TPP}: an object is needed, not a number`, ""]],
  [
    ruleSet("{paranoiaLevels: {blocking: 0, detection: 5}}"),
    ["blocking:", `${set}.paranoiaLevels.blocking of ${TPP}: 0 is out of range`, "1 is the least"],
    ["detection:", `${set}.paranoiaLevels.detection of ${TPP}: 5 is out of range`, "4 is the most"],
  ],
  [
    ruleSet("{scoreThresholds: {inbound: 0, outbound: 10001}}"),
    ["inbound:", `${set}.scoreThresholds.inbound of ${TPP}: 0 is out of range`, "1 is the least"],
    ["outbound:", `${set}.scoreThresholds.outbound of ${TPP}: 10001 is out of range`, "10000 is the most"],
  ],
  [
    ruleSet(
      `{ruleExclusions: {tags: ['a"b', "", a], ids: [0, -5, 1e30, x], idRanges: [2-1, 1-1, "1-2-3", 12345678901-12345678902]}}`,
    ),
    [
      "'a\"b'",
      `${set}.ruleExclusions.tags[0] of ${TPP}: "a\\"b" is not a tag`,
      "letters, digits, _, - and / are allowed",
    ],
    [
      '"", a',
      `${set}.ruleExclusions.tags[1] of ${TPP}: "" is not a tag`,
      "letters, digits, _, - and / are allowed",
    ],
    ["0, -5", `${set}.ruleExclusions.ids[0] of ${TPP}: 0 is out of range`, "1 is the least"],
    ["-5", `${set}.ruleExclusions.ids[1] of ${TPP}: -5 is out of range`, "1 is the least"],
    ["1e30", `${set}.ruleExclusions.ids[2] of ${TPP}: 1e+30 is out of range`, "9999999999 is the most"],
    ["x]", `${set}.ruleExclusions.ids[3] of ${TPP}: a number is needed, not a string`, ""],
    ...(["2-1", "1-1", "1-2-3", "12345678901-12345678902"].map((range, n) =>
      [
        ["2-1", "1-1", '"1-2-3"', "12345678901-"][n],
        `${set}.ruleExclusions.idRanges[${n}] of ${TPP}: "${range}" is not a range of rules`,
        "write for instance 942100-942199, the larger number behind",
      ] as [string, string, string]
    )),
  ],
  [
    ruleSet(`{ruleExclusions: {tags: ${many(101, "a")}}}`),
    ["tags:", `${set}.ruleExclusions.tags of ${TPP}: it has 101 entries`, "100 entries are the most"],
  ],
  [ruleSet(`{ruleExclusions: {ids: ${many(101, "1")}}}`), [
    "ids:",
    `${set}.ruleExclusions.ids of ${TPP}: it has 101 entries`,
    "100 entries are the most",
  ]],
  [ruleSet(`{ruleExclusions: {idRanges: ${many(101, "1-2")}}}`), [
    "idRanges:",
    `${set}.ruleExclusions.idRanges of ${TPP}: it has 101 entries`,
    "100 entries are the most",
  ]],
  [
    target("group: '', kind: Service, name: ''"),
    [
      "group: ''",
      `spec.targetRefs[0].group of ${TPP}: "" is not possible`,
      "write gateway.networking.k8s.io",
    ],
    [
      "kind: Service",
      `spec.targetRefs[0].kind of ${TPP}: "Service" is not possible`,
      "write Gateway or HTTPRoute",
    ],
    ["name: ''", `spec.targetRefs[0].name of ${TPP}: it is empty`, "a name is needed"],
  ],
  [target(`${group}, kind: GRPCRoute, name: 5`), [
    "kind: GRPCRoute",
    `spec.targetRefs[0].kind of ${TPP}: "GRPCRoute" is not possible`,
    "write Gateway or HTTPRoute",
  ], ["name: 5", `spec.targetRefs[0].name of ${TPP}: a string is needed, not a number`, "put it in quotes"]],
  [target(`${group}, kind: Gateway, name: g, sectionName: 'A b'`), [
    "sectionName:",
    `spec.targetRefs[0].sectionName of ${TPP}: "A b" is not the name of a listener or a rule`,
    "leave it out to mean all of them",
  ]],
  [policy("").replace(/targetRefs.*/, "targetRefs: []"), [
    "targetRefs:",
    `spec.targetRefs of ${TPP}: it is empty`,
    "at least one is needed",
  ]],
  [policy("").replace(/targetRefs.*/, "other: 1"), ["spec:", `spec.targetRefs of ${TPP}: it is missing`, ""]],
  [policy("").replace(/spec:[^]*/, ""), ["apiVersion", `spec of ${TPP}: it is missing`, ""]],
  [policy("").replace(/spec:[^]*/, "spec: text\n"), [
    "spec:",
    `spec of ${TPP}: an object is needed, not a string`,
    "",
  ]],
  [policy("").replace("/v1alpha", "/v2"), [
    "apiVersion",
    `apiVersion of ${TPP}: the version "v2" of this kind is not known`,
    "use networking.datumapis.com/v1alpha",
  ]],
  [meta("{name: p, generation: -1, creationTimestamp: yesterday}"), [
    "creationTimestamp:",
    `metadata.creationTimestamp of ${TPP}: it is not a time as RFC 3339 has it`,
    "for instance 2030-01-31T12:00:00Z",
  ]],
  [meta("{name: p, generation: -1}"), [
    "generation:",
    `metadata.generation of ${TPP}: -1 is out of range`,
    "0 is the least",
  ]],
  [meta("{name: p, labels: {a: true}}"), [
    "a: true",
    `metadata.labels.a of ${TPP}: a string is needed, not a boolean`,
    "put it in quotes",
  ]],
  [meta("{name: A_b}"), [
    "name: A_b",
    'metadata.name of TrafficProtectionPolicy "A_b": "A_b" is not a name',
    "lower-case letters, digits, - and . are allowed, a letter or digit first and last",
  ]],
  [meta("{name: p, namespace: a.b}"), [
    "namespace:",
    'metadata.namespace of TrafficProtectionPolicy "a.b/p": "a.b" is not the name of a namespace',
    "lower-case letters, digits and - are allowed",
  ]],
  [proxy("{rules: [{backends: [{}, {}]}]}"), [
    "backends:",
    'spec.rules[0].backends of HTTPProxy "p": it has 2 entries',
    "one is the most",
  ]],
  [
    proxy("{rules: [{backends: [{endpoint: 80, connector: {}, instance: {name: '', port: 0}}]}]}"),
    [
      "endpoint:",
      'spec.rules[0].backends[0].endpoint of HTTPProxy "p": a string is needed, not a number',
      "put it in quotes",
    ],
    ["connector:", 'spec.rules[0].backends[0].connector.name of HTTPProxy "p": it is missing', ""],
    ["name: ''", 'spec.rules[0].backends[0].instance.name of HTTPProxy "p": it is empty', "a name is needed"],
    [
      "port:",
      'spec.rules[0].backends[0].instance.port of HTTPProxy "p": 0 is out of range',
      "1 is the least",
    ],
  ],
  [proxy("{rules: {}}"), ["rules:", 'spec.rules of HTTPProxy "p": a list is needed, not an object', ""]],
  [connector("[]"), ["status:", 'status of Connector "p": an object is needed, not a list', ""]],
  [
    connector(
      "{conditions: [{type: Ready, status: true}, 5], connectionDetails: {type: 1, publicKey: {id: 2}}}",
    ),
    [
      "status: true",
      'status.conditions[0].status of Connector "p": a string is needed, not a boolean',
      "put it in quotes",
    ],
    ["5]", 'status.conditions[1] of Connector "p": an object is needed, not a number', ""],
    [
      "type: 1",
      'status.connectionDetails.type of Connector "p": a string is needed, not a number',
      "put it in quotes",
    ],
    [
      "id: 2",
      'status.connectionDetails.publicKey.id of Connector "p": a string is needed, not a number',
      "put it in quotes",
    ],
  ],
];

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

// Whatever is in the files: it does not throw, what is in use has been checked, what is refused says why and where, and
// asking again with what it said to keep changes nothing.
Deno.test("readPolicies() never throws, and comes to rest", () => {
  const scalar = fc.oneof(
    fc.constantFrom(
      null,
      0,
      1,
      -1,
      1.5,
      101,
      true,
      "",
      "p",
      "Gateway",
      "HTTPRoute",
      "gateway.networking.k8s.io",
      "Enforce",
      "http://h",
    ),
    fc.string(),
    fc.double({ noNaN: true, noDefaultInfinity: true }),
  );
  const { json } = fc.letrec((tie) => ({
    json: fc.oneof(
      { maxDepth: 4, withCrossShrink: true },
      scalar,
      fc.array(tie("json"), { maxLength: 3 }),
      fc.dictionary(
        fc.constantFrom(
          "name",
          "labels",
          "targetRefs",
          "group",
          "kind",
          "mode",
          "ruleSets",
          "type",
          "rules",
          "backends",
          "endpoint",
          "connector",
          "conditions",
          "status",
          "__proto__",
          "0",
        ),
        tie("json"),
        { maxKeys: 4 },
      ),
    ),
  }));
  const good = { group: "gateway.networking.k8s.io", kind: "Gateway", name: "g" };
  const object = fc.record({
    apiVersion: fc.constantFrom(
      "networking.datumapis.com/v1alpha",
      "networking.datumapis.com/v1alpha1",
      "v1",
      "discovery.k8s.io/v1",
      "x",
    ),
    kind: fc.constantFrom(
      "TrafficProtectionPolicy",
      "HTTPProxy",
      "Connector",
      "Namespace",
      "EndpointSlice",
      "List",
      "X",
    ),
    metadata: fc.oneof(
      json,
      fc.record({ name: fc.constantFrom("a", "b", "c") }),
      fc.record({ name: fc.constant("a"), labels: json }),
    ),
    spec: fc.oneof(
      json,
      fc.record({ targetRefs: fc.constant([good]), mode: fc.oneof(json, fc.constant("Enforce")) }, {
        requiredKeys: ["targetRefs"],
      }),
      fc.record({
        rules: fc.array(
          fc.record({ backends: fc.array(fc.record({ endpoint: json, connector: json }), { maxLength: 2 }) }),
        ),
      }),
    ),
    status: json,
    items: json,
  }, { requiredKeys: ["apiVersion", "kind", "metadata"] });
  const text = fc.oneof(
    fc.array(object, { maxLength: 4 }).map((all) =>
      all.map((one) => `---\n${JSON.stringify(one)}\n`).join("")
    ),
    fc.string(),
    fc.constantFrom("a: [", "&a [*a]", "<<: 5", "!!binary x"),
  );
  const file: fc.Arbitrary<ResourceText> = fc.oneof(
    text.map((text) => ({ text })),
    fc.constant({ problem: "gone" }),
  );
  const state = fc.dictionary(fc.constantFrom("1.yaml", "2.yaml"), file);
  fc.assert(
    fc.property(fc.array(state, { minLength: 1, maxLength: 4 }), (states) => {
      let kept = NONE;
      for (const files of states) {
        const map = new Map(Object.entries(files));
        const set = readPolicies(map, kept);
        const again = readPolicies(map, set.good);
        assert.deepEqual(again, set);
        const settled = readPolicies(map, again.good);
        assert.ok(settled.policies.every((one, index) => one === again.policies[index]));
        for (const one of [...set.findings, ...set.refused]) {
          assert.ok(one.message !== "" && one.place.line > 0);
        }
        for (const { held, kind, name, namespace } of set.refused.filter((one) => one.kind === "Connector")) {
          assert.equal(
            set.connectors.some((one) => one.name === name && one.namespace === namespace),
            held,
            kind,
          );
        }
        kept = set.good;
      }
    }),
    { numRuns: 200 },
  );
});
