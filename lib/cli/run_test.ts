import assert from "node:assert/strict";
import { FakeTerminal } from "../../tests/fakes/fake_terminal.ts";
import { EXIT } from "./exit_code.ts";
import { run } from "./run.ts";

const VARIABLE = "CERTGATE_TEST_FAULTS";

async function refused(fault: readonly string[], allowed: boolean): Promise<string> {
  const before = Deno.env.get(VARIABLE);
  try {
    if (allowed) Deno.env.set(VARIABLE, "1");
    else Deno.env.delete(VARIABLE);
    const terminal = new FakeTerminal();
    assert.equal(await run({ fault }, terminal), EXIT.usage);
    return terminal.stderr;
  } finally {
    if (before === undefined) Deno.env.delete(VARIABLE);
    else Deno.env.set(VARIABLE, before);
  }
}

Deno.test("run() injects no faults unless the test switch is set", async () => {
  const said = await refused(["mutation=wafRoute:throw"], false);
  assert.match(said, /Cannot inject faults: this is for tests of certgate alone/);
  assert.match(said, /CERTGATE_TEST_FAULTS=1/);
});

Deno.test("run() says what is wrong with a fault", async () => {
  const said = await refused(["mutation=prune:throw"], true);
  assert.match(said, /Cannot read the fault: "mutation=prune:throw": there is no mutation prune/);
});
