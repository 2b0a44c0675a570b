import assert from "node:assert/strict";
import { Faults } from "../server/mod.ts";
import { readFaults } from "./read_faults.ts";

const allowed = (name: string) => name === "CERTGATE_TEST_FAULTS" ? "1" : undefined;

Deno.test("readFaults() takes none unless the test switch is set", () => {
  const refused = readFaults(["mutation=wafRoute:throw"], () => undefined);
  assert("problem" in refused);
  assert.equal(refused.problem, "Cannot inject faults: this is for tests of certgate alone");
  assert.match(refused.hint, /CERTGATE_TEST_FAULTS=1/);
  assert(readFaults([], () => undefined) instanceof Faults);
  assert(readFaults(["mutation=wafRoute:throw"], allowed) instanceof Faults);
});

Deno.test("readFaults() says what is wrong with one", () => {
  const refused = readFaults(["mutation=prune:throw"], allowed);
  assert("problem" in refused);
  assert.equal(refused.problem, 'Cannot read the fault: "mutation=prune:throw": there is no mutation prune');
});
