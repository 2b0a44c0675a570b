import assert from "node:assert/strict";
import { findings, rulesOf } from "./_findings.ts";

Deno.test("console fires in lib outside of lib/cli", () => {
  for (const path of ["lib/host/log.ts", "lib/agent.ts", "lib/model/x.ts"]) {
    assert.deepEqual(findings(path, "console.error('x');"), [
      'certgate/console: Only "lib/cli" may use the console',
    ], path);
  }
});

Deno.test("console does not fire in commands, tests and main.ts, nor on a property of that name", () => {
  for (const path of ["lib/cli/check.ts", "lib/host/log_test.ts", "tests/run.ts", "main.ts"]) {
    assert.deepEqual(rulesOf(path, "console.log('x');"), [], path);
  }
  assert.deepEqual(rulesOf("lib/host/log.ts", "export const sinks = { console: 1 }; sinks.console;"), []);
});
