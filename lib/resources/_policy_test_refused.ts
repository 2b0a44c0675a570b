/** Policy objects that are refused, with all that is said of each. */

const TPP = 'TrafficProtectionPolicy "p"';

/** A policy whose spec begins in line 5 and whose first target is fine. */
export const policy = (spec: string) =>
  "apiVersion: networking.datumapis.com/v1alpha\nkind: TrafficProtectionPolicy\nmetadata: {name: p}\nspec:\n" +
  `  targetRefs: [{group: gateway.networking.k8s.io, kind: Gateway, name: g}]\n  ${spec}\n`;
const target = (members: string) =>
  policy("").replace("group: gateway.networking.k8s.io, kind: Gateway, name: g", members);
export const ruleSet = (text: string) =>
  policy(`ruleSets: [{type: OWASPCoreRuleSet, owaspCoreRuleSet: ${text}}]`);
export const meta = (metadata: string) => policy("").replace("{name: p}", metadata);
const proxy = (spec: string) =>
  `apiVersion: networking.datumapis.com/v1alpha\nkind: HTTPProxy\nmetadata: {name: p}\nspec: ${spec}\n`;
const connector = (status: string) =>
  `apiVersion: networking.datumapis.com/v1alpha1\nkind: Connector\nmetadata: {name: p}\nstatus: ${status}\n`;

const set = "spec.ruleSets[0].owaspCoreRuleSet";
export const many = (count: number, entry: string) => `[${Array(count).fill(entry).join(", ")}]`;
const group = "group: gateway.networking.k8s.io";

/** Each text has these complaints, each where that part of it begins, and none of its objects is used. */
export const REFUSED: readonly [
  text: string,
  ...complaints: [at: string, message: string, hint: string][],
][] = [
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
