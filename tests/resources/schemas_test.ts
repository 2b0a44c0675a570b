import assert from "node:assert/strict";
import { generateSchemas, OUTPUT } from "./generate_schemas.ts";

const made = await generateSchemas();

Deno.test({
  name: "the schemas are made from Envoy Gateway's CRDs (skipped without its Go module in the module cache)",
  ignore: made === null,
  fn: async () => assert.equal(await Deno.readTextFile(OUTPUT), made),
});
