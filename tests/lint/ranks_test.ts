import assert from "node:assert/strict";
import { findings } from "./_findings.ts";

const says = (path: string, specifier: string) =>
  findings(path, `import { x } from "${specifier}";\nx;\n`).map((finding) =>
    finding.replace("certgate/ranks: ", "")
  );

Deno.test("ranks lets a folder import lower ranks through their door", () => {
  assert.deepEqual(says("lib/health/judge.ts", "../pki/mod.ts"), []);
  assert.deepEqual(says("lib/cli/check.ts", "../agent.ts"), []);
  assert.deepEqual(says("lib/agent.ts", "./server/mod.ts"), []);
  assert.deepEqual(says("lib/agent.ts", "./agent_generation.ts"), []);
  assert.deepEqual(says("main.ts", "./lib/cli/mod.ts"), []);
  assert.deepEqual(says("mod.ts", "./lib/pki/mod.ts"), []);
});

Deno.test("ranks lets files of one folder import each other, private ones too", () => {
  assert.deepEqual(says("lib/pki/read_facts.ts", "./_der.ts"), []);
  assert.deepEqual(says("lib/pki/deep/x.ts", "../_der.ts"), []);
});

Deno.test("ranks forbids a higher rank", () => {
  assert.deepEqual(says("lib/pki/read_facts.ts", "../health/mod.ts"), [
    '"lib/pki" (rank 1) may not import "lib/health" (rank 2)',
  ]);
  assert.deepEqual(says("lib/server/mod.ts", "../agent.ts"), [
    '"lib/server" (rank 7) may not import "lib/agent" (rank 8)',
  ]);
});

Deno.test("ranks forbids a sibling of the same rank", () => {
  assert.deepEqual(says("lib/pki/mod.ts", "../resources/mod.ts"), [
    '"lib/pki" (rank 1) may not import "lib/resources" (rank 1)',
  ]);
});

Deno.test("ranks forbids to pass by the door", () => {
  assert.deepEqual(says("lib/health/judge.ts", "../pki/read_facts.ts"), [
    'Import "lib/pki/mod.ts", the only door, instead of "lib/pki/read_facts.ts"',
  ]);
  assert.deepEqual(says("lib/cli/run.ts", "../agent_generation.ts"), [
    'Import "lib/agent.ts", the only door, instead of "lib/agent_generation.ts"',
  ]);
});

Deno.test("ranks forbids the private file of another folder, to tests as well", () => {
  for (const path of ["lib/health/judge.ts", "lib/health/judge_test.ts"]) {
    assert.deepEqual(says(path, "../pki/_der.ts"), ['"lib/pki/_der.ts" is private to "lib/pki"']);
  }
  assert.deepEqual(says("tests/golden/x_test.ts", "../../lib/pki/_der.ts"), [
    '"lib/pki/_der.ts" is private to "lib/pki"',
  ]);
});

Deno.test("ranks forbids product code to import tests, main.ts and the library surface", () => {
  assert.deepEqual(says("lib/host/x.ts", "../../tests/fakes/clock.ts"), [
    'Product code may not import tests: "tests/fakes/clock.ts"',
  ]);
  assert.deepEqual(says("main.ts", "./tests/run.ts"), ['Product code may not import tests: "tests/run.ts"']);
  assert.deepEqual(says("lib/cli/x.ts", "../../main.ts"), ['Nothing imports "main.ts"']);
  assert.deepEqual(says("lib/cli/x.ts", "../../mod.ts"), [
    '"lib" may not import the library surface "mod.ts"',
  ]);
});

Deno.test("ranks keeps protobuf to lib/xds", () => {
  assert.deepEqual(says("lib/xds/read_snapshot.ts", "../../proto/gen/envoy_pb.ts"), []);
  assert.deepEqual(says("lib/mutations/prune.ts", "../../proto/gen/envoy_pb.ts"), [
    'Only "lib/xds" knows protobuf: "proto/gen/envoy_pb.ts"',
  ]);
});

Deno.test("ranks asks for a rank when a folder has none", () => {
  assert.deepEqual(says("lib/cli/x.ts", "../novelty/mod.ts"), [
    '"lib/novelty" has no rank: give it one in tests/lint/place.ts',
  ]);
});

Deno.test("ranks leaves doors and ranks open to test files", () => {
  assert.deepEqual(says("lib/pki/read_facts_test.ts", "../health/judge.ts"), []);
  assert.deepEqual(says("tests/vectors/vectors_test.ts", "../../lib/host/envoy_oracle.ts"), []);
  assert.deepEqual(says("lib/pki/read_facts_test.ts", "../../tests/fakes/clock.ts"), []);
});

Deno.test("ranks sees re-exports, type imports and import() as well", () => {
  for (
    const line of [
      `export { x } from "../health/mod.ts";`,
      `export * from "../health/mod.ts";`,
      `import type { X } from "../health/mod.ts";`,
      `await import("../health/mod.ts");`,
    ]
  ) {
    assert.equal(findings("lib/pki/x.ts", line).length, 1, line);
  }
});

Deno.test("ranks takes libraries from npm only", () => {
  for (const specifier of ["jsr:@std/yaml", "https://example.com/x.ts"]) {
    assert.deepEqual(says("tests/x.ts", specifier), [`Libraries come from npm, not from "${specifier}"`]);
  }
  assert.deepEqual(says("lib/host/x.ts", "npm:yaml@2.9.1"), []);
});
