import assert from "node:assert/strict";
import { GROUPS, shareOut } from "./groups.ts";
import { shareLanes } from "./run_lanes.ts";

Deno.test("shareOut() puts every test file into exactly one group", () => {
  const files = [
    "lib/pki/read_facts_test.ts",
    "lib/agent_test.ts",
    "lib/agent_gate_test.ts",
    "main_test.ts",
    "tests/house/house_test.ts",
    "tests/runner/runner_test.ts",
    "tests/lint/ranks_test.ts",
    "tests/golden/golden_test.ts",
    "tests/vectors/vectors_test.ts",
    "tests/e2e/cold_start_test.ts",
    "tests/e2e/clock_test.ts",
    "tests/nobody_thought_of/x_test.ts",
  ];
  const shares = shareOut(files);
  assert.deepEqual([...shares.values()].flat().sort(), [...files].sort());
  const groupOf = (file: string) => [...shares].find(([, share]) => share.includes(file))![0].name;
  assert.deepEqual(files.map(groupOf), [
    "unit",
    "agent",
    "agent",
    "unit",
    "house",
    "house",
    "unit",
    "properties",
    "vectors",
    "e2e-further",
    "e2e",
    "other",
  ]);
});

Deno.test("shareOut() leaves files out that are no tests", () => {
  assert.deepEqual([...shareOut(["lib/pki/mod.ts", "tests/run.ts"]).values()].flat(), []);
});

Deno.test("GROUPS of a lane together end before a CI run of 90 minutes would be cut off", () => {
  for (const lane of shareLanes(GROUPS)) {
    assert.ok(lane.reduce((seconds, group) => seconds + group.limit, 0) < 75 * 60);
  }
});
