import assert from "node:assert/strict";
import fc from "fast-check";
import { parseDocument } from "yaml";
import type { JsonObject } from "../model/mod.ts";
import { yamlText } from "./_yaml_text.ts";

function parse(text: string, version: "1.1" | "1.2"): unknown {
  const document = parseDocument(text, { version });
  assert.deepEqual(document.errors, []);
  return document.toJS();
}

function assertSame(object: JsonObject): void {
  const text = yamlText(object);
  const wanted = JSON.parse(JSON.stringify(object), (_, value) => value);
  for (const version of ["1.1", "1.2"] as const) assert.deepEqual(parse(text, version), wanted, text);
}

Deno.test("yamlText() writes what a person would", () => {
  const object: JsonObject = {
    apiVersion: "gateway.networking.k8s.io/v1",
    kind: "Gateway",
    metadata: { name: "edge", namespace: "default", annotations: {} },
    spec: {
      listeners: [
        { name: "https", port: 443, hostname: "*.example.com", tls: { certificateRefs: [{ name: "a" }] } },
        { name: "0", allowed: [], more: [[1, [2]], []], flag: true, none: null },
      ],
    },
  };
  assert.equal(
    yamlText(object),
    `apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata:
  name: edge
  namespace: default
  annotations: {}
spec:
  listeners:
    - name: https
      port: 443
      hostname: "*.example.com"
      tls:
        certificateRefs:
          - name: a
    - name: "0"
      allowed: []
      more:
        -
          - 1
          -
            - 2
        - []
      flag: true
      none: null
`,
  );
  assertSame(object);
});

const HOSTILE = [
  ..."yes No ON off y N null NULL ~ true False 010 0x1f 1e3 1_000 .5 .inf .NaN 12:30:45 2024-01-01 = <<"
    .split(" "),
  ...[
    "",
    " ",
    "a: b",
    "- a",
    "a #b",
    "# a",
    "---",
    "...",
    "--- |",
    "|",
    ">",
    "? a",
    "&a",
    "*a",
    "!a",
    "!!str a",
  ],
  ...[
    "%YAML",
    "@a",
    "`a",
    "{a: b}",
    "[a]",
    '"',
    "'",
    "\\",
    "a\nb",
    "a\n---\nb: c",
    "\r\n",
    "\t",
    "a ",
    "a:",
    "/",
  ],
  ...[
    "\u0000",
    "\u0007",
    "\u001b",
    "\u007f",
    "\u0085",
    "\u00a0",
    "\u2028",
    "\u2029",
    "\ufeff",
    "\ufffe",
    "\uffff",
  ],
  ...["ä", "日本", "\u{1f600}", "-----BEGIN X-----\nAAAA\n-----END X-----\n", "x".repeat(3000), "__proto__"],
];

Deno.test("yamlText() writes hostile strings so that they come back, as values and as keys", () => {
  for (const text of HOSTILE) {
    assertSame({ value: text, list: [text, [text]] });
    if (text !== "__proto__") assertSame({ [text]: text, inside: [{ [text]: { [text]: [text] } }] });
  }
});

Deno.test("yamlText() writes every plain object so that it comes back", () => {
  const string = fc.oneof(fc.string({ unit: "binary" }), fc.constantFrom(...HOSTILE));
  const { tree } = fc.letrec((tie) => ({
    tree: fc.oneof(
      { maxDepth: 4 },
      fc.oneof(string, fc.integer(), fc.double({ noNaN: true, noDefaultInfinity: true }), fc.boolean()),
      fc.constant(null),
      fc.array(tie("tree"), { maxLength: 3 }),
      fc.dictionary(string.filter((key) => key !== "__proto__"), tie("tree"), {
        maxKeys: 3,
        noNullPrototype: true,
      }),
    ),
  }));
  fc.assert(
    fc.property(tree, (value) => assertSame({ value } as JsonObject)),
    { numRuns: 50 },
  );
});

Deno.test("yamlText() leaves out what has no value, as JSON does", () => {
  const object = { a: undefined, b: { c: undefined }, d: [{ e: undefined }] } as unknown as JsonObject;
  assert.deepEqual(parse(yamlText(object), "1.2"), { b: {}, d: [{}] });
});
