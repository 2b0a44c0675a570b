import assert from "node:assert/strict";
import { findings, rulesOf } from "./_findings.ts";

Deno.test("exit fires everywhere but in main.ts", () => {
  for (const path of ["lib/cli/run.ts", "lib/host/x.ts", "tests/demo/demo.ts", "mod.ts"]) {
    assert.deepEqual(findings(path, "Deno.exit(1);"), [
      'certgate/exit: Only "main.ts" may call Deno.exit',
    ], path);
  }
  assert.deepEqual(rulesOf("lib/cli/run.ts", "process['exit'](1);"), ["certgate/exit"]);
  assert.deepEqual(rulesOf("main.ts", "Deno.exit(1);"), []);
});

Deno.test("exit does not fire on what only looks alike", () => {
  for (
    const source of ["Deno.exitCode = 1;", "const door = { exit() {} }; door.exit();", "Deno.execPath();"]
  ) {
    assert.deepEqual(rulesOf("lib/cli/run.ts", source), [], source);
  }
});
