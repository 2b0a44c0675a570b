import assert from "node:assert/strict";
import { parseArguments } from "./parse_arguments.ts";

Deno.test("parseArguments() reads groups, flags and what goes to deno test", () => {
  assert.deepEqual(parseArguments(["unit", "--no-setup", "--", "--filter", "x"], ["unit", "cli"]), {
    groups: ["unit"],
    setUp: false,
    root: null,
    rest: ["--filter", "x"],
  });
});

Deno.test("parseArguments() names a wrong argument and the groups there are", () => {
  assert.deepEqual(parseArguments(["unti"], ["unit", "cli"]), {
    error: 'Cannot run the tests: no group or flag "unti"\nGroups: unit, cli',
  });
});
