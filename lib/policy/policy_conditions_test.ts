import assert from "node:assert/strict";
import { readPolicies } from "../resources/mod.ts";
import { connector, namespace, optionsWith, policy, readSet, upstream } from "./_test_set.ts";
import { makePolicyIndex } from "./make_policy_index.ts";
import { policyConditions } from "./policy_conditions.ts";
import type { PolicyIndexOptions } from "./policy_index.ts";

function said(set: ReturnType<typeof readSet>, more: Partial<PolicyIndexOptions> = {}): unknown[] {
  return policyConditions(set, makePolicyIndex(set, optionsWith(more))).map((one) => {
    assert.deepEqual(one.conditions.map(({ type }) => type), ["Accepted"]);
    const [{ status, reason, message }] = one.conditions;
    const what = `${one.kind} ${one.namespace}/${one.name} ${one.generation}${one.inUse ? "" : " unused"}`;
    return [what, `${status} ${reason}`, message];
  });
}

const P = "TrafficProtectionPolicy";
const inverted = [
  "ruleSets:",
  "- {type: OWASPCoreRuleSet, owaspCoreRuleSet: {paranoiaLevels: {blocking: 3, detection: 2}}}",
];

Deno.test("policyConditions() has nothing to say of a policy that is as it has to be", () => {
  const set = readSet(
    policy("name: p, namespace: a, generation: 4", ["Gateway/g"]) +
      policy("name: q, namespace: b", ["Gateway/g"]),
  );
  assert.deepEqual(said(set), [[`${P} a/p 4`, "True Accepted", ""], [`${P} b/q 1`, "True Accepted", ""]]);
});

Deno.test("policyConditions() says that inverted paranoia levels protect nothing", () => {
  assert.deepEqual(said(readSet(policy("name: p, namespace: a", ["Gateway/g"], ...inverted))), [[
    `${P} a/p 1`,
    "False NoDirectives",
    "It protects nothing, and keeps other policies from its targets: its paranoia level for detection (2) is lower than " +
    "the one for blocking (3).",
  ]]);
});

Deno.test("policyConditions() says which policies go before one", () => {
  const set = readSet(
    policy("name: a, namespace: nn", ["Gateway/g", "Gateway/h/https"]) +
      policy("name: b, namespace: nn", ["Gateway/g/http", "Gateway/h"]) +
      policy("name: c, namespace: nn", ["Gateway/g", "Gateway/h/https", "Gateway/h/http", "HTTPRoute/r"]) +
      policy("name: d, namespace: nn", ["Gateway/h"]) +
      policy("name: e, namespace: nn", [
        "Gateway/g",
        "Gateway/h",
        "Gateway/h/http",
        "HTTPRoute/r",
      ]) +
      policy("name: f, namespace: nn", ["HTTPRoute/s", "HTTPRoute/s"]),
  );
  assert.deepEqual(said(set).slice(1), [
    [`${P} nn/b 1`, "True Accepted", ""],
    [
      `${P} nn/c 1`,
      "True Accepted",
      'At some of its targets "nn/a" for Gateway "g", "nn/a" for Gateway "h/https" come before it.',
    ],
    [`${P} nn/d 1`, "False Conflicted", 'It applies to nothing: "nn/b" for Gateway "h" comes before it.'],
    [
      `${P} nn/e 1`,
      "False Conflicted",
      'It applies to nothing: "nn/a" for Gateway "g", "nn/b" for Gateway "h", "nn/c" for Gateway "h/http", 1 more come before it.',
    ],
    [`${P} nn/f 1`, "True Accepted", ""],
  ]);
});

Deno.test("policyConditions() says that no namespace stands for that of a policy", () => {
  const text = policy("name: p, namespace: a", ["Gateway/g"]);
  const lost = [[
    `${P} a/p 1`,
    "False TargetNotFound",
    'It applies to nothing: no Namespace of this host stands for "a".',
  ]];
  const fine = [[`${P} a/p 1`, "True Accepted", ""]];
  assert.deepEqual(said(readSet(text + namespace("a", upstream("b")))), lost);
  assert.deepEqual(said(readSet(text + namespace("a", upstream("b")) + namespace("c", upstream("a")))), fine);
  assert.deepEqual(said(readSet(text), { compat: "nso" }), lost);
  assert.deepEqual(said(readSet(text + namespace("a")), { compat: "nso" }), fine);
});

Deno.test("policyConditions() says of what is refused whether an earlier version is in use", () => {
  const bad = policy("name: p, namespace: a, generation: 6", ["Gateway/g"], "mode: Loud");
  const files = new Map([["a.yaml", {
    text: bad + connector("name: c, namespace: a, generation: 2", "[]"),
  }]]);
  const message =
    'a.yaml:8:3: Cannot use spec.mode of TrafficProtectionPolicy "a/p": "Loud" is not possible.';
  const broken = [
    "Connector a/c 2 unused",
    "False Invalid",
    'Nothing of it is in use: a.yaml:13:1: Cannot use status of Connector "a/c": an object is needed, not a list.',
  ];
  assert.deepEqual(said(readPolicies(files, new Map())), [
    [`${P} a/p 6 unused`, "False Invalid", `Nothing of it is in use: ${message}`],
    broken,
  ]);
  const before = new Map([["a.yaml", policy("name: p, namespace: a, generation: 5", ["Gateway/g"])]]);
  assert.deepEqual(said(readPolicies(files, before)), [
    [`${P} a/p 5`, "False Invalid", `Its last good version stays in use: ${message}`],
    broken,
  ]);
});
