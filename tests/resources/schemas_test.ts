import assert from "node:assert/strict";
import { generateSchemas, OUTPUT } from "./generate_schemas.ts";

const made = await generateSchemas();

Deno.test({
  name: "the schemas are made from Envoy Gateway's CRDs (skipped without its Go module in the module cache)",
  ignore: made === null,
  fn: async () => assert.equal(await Deno.readTextFile(OUTPUT), made),
});

Deno.test("no pattern of the schemas takes long on text that does not match", async () => {
  const { nodes } = JSON.parse(await Deno.readTextFile(OUTPUT));
  const patterns = new Set<string>();
  for (const node of nodes) {
    if (node.pattern !== undefined) patterns.add(node.pattern);
    for (const { rule } of node.rules ?? []) {
      for (const [, text] of rule.matchAll(/matches\(r?"*'?(\^.*?\$)'?"*\)/g)) patterns.add(text);
    }
  }
  assert.ok(patterns.size > 30);
  // An exponential one would not end before the test run is cut off.
  for (const pattern of patterns) {
    const expression = new RegExp(pattern);
    for (const begin of ["", "https://", "a/", "1."]) {
      for (const part of ["a", "0", "-", ".", "/", "a-", "a.", "a/", "ab1-", "1:"]) {
        for (const end of ["\0", " ", "\n", "\u00e9"]) expression.test(begin + part.repeat(120) + end);
      }
    }
  }
});
