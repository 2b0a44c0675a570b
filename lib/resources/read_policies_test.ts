import assert from "node:assert/strict";
import { type PolicyFiles, readPolicies } from "./read_policies.ts";
import type { ResourceText } from "./read_resources.ts";

const NONE: ReadonlyMap<string, string> = new Map();
const GATEWAY = "{group: gateway.networking.k8s.io, kind: Gateway, name: g}";

const read = (files: Record<string, string | ResourceText>, lastGood = NONE) =>
  readPolicies(
    new Map(
      Object.entries(files).map(([path, one]) => [path, typeof one === "string" ? { text: one } : one]),
    ),
    lastGood,
  );
const policy = (name: string, spec = "", metadata = "") =>
  "---\napiVersion: networking.datumapis.com/v1alpha\nkind: TrafficProtectionPolicy\n" +
  `metadata: {name: ${name}${metadata}}\nspec:\n  targetRefs: [${GATEWAY}]\n${spec}`;
const modes = (set: PolicyFiles) => set.policies.map(({ name, mode }) => `${name} ${mode}`);
const shown = (set: PolicyFiles) =>
  set.findings.map((
    { place, message, hint },
  ) => [`${place.file}:${place.line}:${place.column}: ${message}`, hint]);

Deno.test("readPolicies() reads all kinds, with their defaults", () => {
  const set = read({
    "a.yaml": "apiVersion: v1\nkind: Namespace\nmetadata: {name: ns, namespace: x, labels: {a: b}}\n" +
      policy(
        "p",
        "",
        ", namespace: ns, generation: 3, creationTimestamp: '2026-01-01T00:00:00Z', labels: {c: d}",
      ),
    "b.json": JSON.stringify({
      apiVersion: "v1",
      kind: "List",
      items: [
        {
          apiVersion: "networking.datumapis.com/v1alpha",
          kind: "HTTPProxy",
          metadata: { name: "x" },
          spec: {
            rules: [{ backends: [{ endpoint: "http://h", connector: { name: "c" } }] }, {}, {
              backends: [{ instance: { name: "s", port: 80 } }],
            }],
          },
        },
        {
          apiVersion: "networking.datumapis.com/v1alpha1",
          kind: "Connector",
          metadata: { name: "c", annotations: { "networking.datumapis.com/upstream-status": "{}" } },
          status: { conditions: [], more: 1 },
        },
        { apiVersion: "discovery.k8s.io/v1", kind: "EndpointSlice", metadata: { name: "s" }, endpoints: 5 },
      ],
    }),
  });
  assert.deepEqual([set.findings, set.refused, set.files], [[], [], 2]);
  assert.deepEqual([...set.good.keys()], ["a.yaml", "b.json"]);
  const spec = { targetRefs: [{ group: "gateway.networking.k8s.io", kind: "Gateway", name: "g" }] };
  assert.deepEqual(set.policies, [{
    namespace: "ns",
    name: "p",
    labels: { c: "d" },
    generation: 3,
    createdAt: Date.UTC(2026, 0, 1),
    place: { file: "a.yaml", line: 5, column: 1 },
    position: 1,
    spec,
    targets: [{ kind: "Gateway", name: "g", sectionName: "" }],
    mode: "Observe",
    samplingPercentage: 100,
    ruleSet: { blocking: 1, detection: 1, inbound: 5, outbound: 4, tags: [], ids: [], idRanges: [] },
  }]);
  assert.deepEqual(set.namespaces.map(({ namespace, name, labels }) => [namespace, name, labels]), [[
    "",
    "ns",
    { a: "b" },
  ]]);
  const own = "envoy-gateway-system";
  assert.deepEqual(
    set.proxies.map((
      { namespace, rules, generation, createdAt },
    ) => [namespace, rules, generation, createdAt]),
    [[
      own,
      [
        [{ endpoint: "http://h", connector: "c", instance: null }],
        [],
        [{ endpoint: "", connector: null, instance: "s" }],
      ],
      null,
      null,
    ]],
  );
  assert.deepEqual(
    set.connectors.map(({ mirroredStatus, status, position }) => [mirroredStatus, status, position]),
    [[
      "{}",
      { conditions: [], more: 1 },
      1,
    ]],
  );
  assert.deepEqual(set.slices.map(({ namespace, name, position }) => [namespace, name, position]), [[
    own,
    "s",
    2,
  ]]);
});

Deno.test("readPolicies() fills every default in alone", () => {
  const ruleSet = (text: string) =>
    read({ "a.yaml": policy("p", `  ruleSets: [${text}]\n`) }).policies[0].ruleSet;
  const standard = { blocking: 1, detection: 1, inbound: 5, outbound: 4, tags: [], ids: [], idRanges: [] };
  const owasp = (text: string) => ruleSet(`{type: OWASPCoreRuleSet, owaspCoreRuleSet: ${text}}`);
  assert.deepEqual(ruleSet("{type: OWASPCoreRuleSet}"), standard);
  assert.deepEqual(owasp("~"), standard);
  assert.deepEqual(owasp("{paranoiaLevels: ~, scoreThresholds: {outbound: ~}}"), standard);
  assert.deepEqual(
    owasp("{paranoiaLevels: {detection: 4}, scoreThresholds: {inbound: 9}, ruleExclusions: {ids: [1]}}"),
    {
      ...standard,
      detection: 4,
      inbound: 9,
      ids: [1],
    },
  );
});

Deno.test("readPolicies() takes both versions of the kinds of datum, and no other", () => {
  const all = ["TrafficProtectionPolicy", "HTTPProxy", "Connector"].flatMap((kind) =>
    ["v1alpha", "v1alpha1", "v1"].map((version) =>
      `---\napiVersion: networking.datumapis.com/${version}\nkind: ${kind}\n` +
      `metadata: {name: ${version}}\nspec: {targetRefs: [${GATEWAY}]}\n`
    )
  );
  const set = read({ "a.yaml": all.join("") });
  assert.deepEqual([set.policies, set.proxies, set.connectors].map((list) => list.map(({ name }) => name)), [
    ["v1alpha", "v1alpha1"],
    ["v1alpha", "v1alpha1"],
    ["v1alpha", "v1alpha1"],
  ]);
  assert.deepEqual(set.refused.map(({ kind, name }) => `${kind} ${name}`), [
    "TrafficProtectionPolicy v1",
    "HTTPProxy v1",
    "Connector v1",
  ]);
});

Deno.test("readPolicies() refuses one object alone", () => {
  const set = read({
    "a.yaml": policy("a") + policy("b", "  mode: Loud\n", ", generation: 2") + policy("c"),
  });
  assert.deepEqual(modes(set), ["a Observe", "c Observe"]);
  const message = 'Cannot use spec.mode of TrafficProtectionPolicy "b": "Loud" is not possible';
  assert.deepEqual(shown(set), [
    [
      'a.yaml:8:1: Cannot use TrafficProtectionPolicy "b": it has a problem',
      "it is left out until it is repaired",
    ],
    [`a.yaml:13:3: ${message}`, "write Observe, Enforce or Disabled"],
  ]);
  assert.deepEqual(set.refused, [{
    kind: "TrafficProtectionPolicy",
    namespace: "envoy-gateway-system",
    name: "b",
    generation: 2,
    spec: { targetRefs: [{ group: "gateway.networking.k8s.io", kind: "Gateway", name: "g" }], mode: "Loud" },
    place: { file: "a.yaml", line: 8, column: 1 },
    message: `a.yaml:13:3: ${message}`,
    held: false,
  }]);
});

Deno.test("readPolicies() goes on using the last good version of an object that is refused", () => {
  const first = read({ "a.yaml": policy("a", "  mode: Enforce\n") + policy("b") });
  const text = policy("b", "  mode: Disabled\n") + policy("a", "  mode: Loud\n");
  const set = read({ "a.yaml": text }, first.good);
  assert.deepEqual(modes(set), ["b Disabled", "a Enforce"]);
  assert.deepEqual([set.refused[0].held, shown(set)[0][1]], [
    true,
    "its last good version stays in use until it is repaired",
  ]);
  // It stands where the refused one stands, so that its order is that of the file.
  assert.deepEqual([set.policies[1].position, set.policies[1].place.line], [1, 9]);
});

Deno.test("readPolicies() keeps the right version of each object through edit after edit, and a restart", () => {
  const texts = [
    policy("a", "  mode: Enforce\n") + policy("b"),
    policy("a", "  mode: Loud\n") + policy("b", "  mode: Disabled\n"),
    policy("a", "  mode: Loud\n") + policy("b", "  mode: Louder\n"),
  ];
  let good = NONE;
  const inUse = texts.map((text) => {
    const set = read({ "a.yaml": text }, good);
    good = set.good;
    return modes(set);
  });
  assert.deepEqual(inUse, [["a Enforce", "b Observe"], ["a Enforce", "b Disabled"], [
    "a Enforce",
    "b Disabled",
  ]]);
  read({}, NONE);
  const again = read({ "a.yaml": texts[2] }, good);
  assert.deepEqual([modes(again), again.good], [inUse[2], good]);
  const moved = { "a.yaml": `\n\n${texts[2]}` };
  const next = read(moved, again.good);
  assert.equal(read(moved, next.good).policies[0], next.policies[0]);
  assert.deepEqual(modes(read({ "a.yaml": policy("a", "  mode: Loud\n") }, good)), ["a Enforce"]);
  assert.deepEqual(read({ "a.yaml": policy("c") }, good).good.get("a.yaml"), policy("c"));
});

Deno.test("readPolicies() leaves a file that is no YAML out as a whole, and uses its last good text", () => {
  const bad = `${policy("a")}\n  - [`;
  const set = read({ "a.yaml": bad, "b.yaml": policy("b") });
  assert.deepEqual([modes(set), set.refused, [...set.good.keys()]], [["b Observe"], [], ["b.yaml"]]);
  assert.deepEqual(shown(set)[0][1], "none of its objects is used until it is repaired");
  const good = new Map([["a.yaml", policy("a", "  mode: Enforce\n")]]);
  const held = read({ "a.yaml": bad }, good);
  assert.deepEqual([modes(held), held.good], [["a Enforce"], good]);
  assert.deepEqual(shown(held)[0][1], "its last good version stays in use until it is repaired");
});

Deno.test("readPolicies() goes on using the last good text of a file that cannot be read", () => {
  const good = new Map([["a.yaml", policy("a")]]);
  const set = read({ "a.yaml": { problem: "permission denied" } }, good);
  assert.deepEqual([modes(set), set.good], [["a Observe"], good]);
  assert.deepEqual(shown(set), [
    [
      'a.yaml:1:1: Cannot use file "a.yaml": it has a problem',
      "its last good version stays in use until it is repaired",
    ],
    ['a.yaml:1:1: Cannot read file "a.yaml": permission denied', ""],
  ]);
});

Deno.test("readPolicies() forgets what is gone, and kept texts that are good no more", () => {
  assert.deepEqual(modes(read({}, new Map([["a.yaml", policy("a")]]))), []);
  const set = read({ "a.yaml": "a: [" }, new Map([["a.yaml", "b: ["]]));
  assert.deepEqual([modes(set), set.good.size], [[], 0]);
});

Deno.test("readPolicies() takes the first of two objects with one name, also while it is refused", () => {
  const set = read({ "b.yaml": policy("a"), "a.yaml": policy("a", "  mode: Enforce\n") + policy("a") });
  assert.deepEqual(modes(set), ["a Enforce"]);
  const hint = "keep one of the two; the first in the order of the paths is used";
  const message = 'Cannot use TrafficProtectionPolicy "a": it is at "a.yaml:2:1" already';
  assert.deepEqual(shown(set), [[`a.yaml:9:1: ${message}`, hint], [`b.yaml:2:1: ${message}`, hint]]);
  const refused = read({ "b.yaml": policy("a"), "a.yaml": policy("a", "  mode: Loud\n") });
  assert.deepEqual([modes(refused), refused.refused.length], [[], 1]);
});

Deno.test("readPolicies() never takes the second of two objects with one name for an earlier version of the first", () => {
  const text = policy("b", "  mode: Loud\n") + policy("a", "  mode: Loud\n") + policy("a");
  const first = read({ "a.yaml": text }, new Map([["a.yaml", policy("b")]]));
  assert.deepEqual(modes(first), ["b Observe"]);
  assert.deepEqual(modes(read({ "a.yaml": text }, first.good)), ["b Observe"]);
});

Deno.test("readPolicies() gives the same objects for the same text, whatever else there is", () => {
  const first = read({ "b.yaml": policy("b") });
  const second = read({ "a.yaml": policy("a"), "b.yaml": policy("b") }, first.good);
  assert.equal(second.policies[1], first.policies[0]);
  assert.notEqual(read({ "b.yaml": `\n${policy("b")}` }).policies[0], first.policies[0]);
});

Deno.test("readPolicies() says which endpoint is of no use to a connector", () => {
  const proxy = (backend: string) =>
    "apiVersion: networking.datumapis.com/v1alpha\nkind: HTTPProxy\nmetadata: {name: p}\nspec:\n  rules:\n" +
    `  - backends:\n    - ${backend}\n`;
  const hint = "write for instance http://host:8080; until then the rule has no connector";
  const path = 'spec.rules[0].backends[0].endpoint of HTTPProxy "p"';
  const set = read({
    "a.yaml": proxy("endpoint: 'host:80'\n      connector: {name: c}"),
    "b.yaml": proxy("connector: {name: c}").replace("name: p", "name: q"),
    "c.yaml": proxy("endpoint: 'host:80'").replace("name: p", "name: r"),
  });
  assert.equal(set.proxies.length, 3);
  assert.deepEqual(shown(set), [
    [`a.yaml:7:7: Cannot use ${path}: "host:80" is of no use: it is no URL with a host`, hint],
    [`b.yaml:7:7: Cannot use ${path.replace('p"', 'q"')}: a connector needs one`, hint],
  ]);
});

Deno.test("readPolicies() repeats no password and no token of an endpoint", () => {
  const of = (endpoint: string) =>
    read({
      "a.yaml":
        "apiVersion: networking.datumapis.com/v1alpha\nkind: HTTPProxy\nmetadata: {name: p}\nspec:\n" +
        `  rules:\n  - backends:\n    - {endpoint: '${endpoint}', connector: {name: c}}\n`,
    });
  const secrets = [
    "http://user:s3cret@host:99999",
    "http://u:s3cret@",
    "//s3cret@host:x",
    "user:s3cret@host",
    "http://host:x?token=s3cret",
    "http://host:x/#s3cret",
    "http://a@s3cret@host:x/p",
  ];
  for (const endpoint of secrets) {
    const text = JSON.stringify(shown(of(endpoint)));
    assert.match(text, /is of no use/);
    assert.doesNotMatch(text, /s3cret/);
  }
  assert.match(JSON.stringify(shown(of("http://u:s3cret@host:99999/p"))), /http:\/\/…@host:99999\/p/);
});
