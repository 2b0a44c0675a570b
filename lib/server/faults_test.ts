import assert from "node:assert/strict";
import { Faults } from "./faults.ts";

function parse(...texts: string[]): Faults {
  const faults = Faults.parse(texts);
  assert(faults instanceof Faults);
  return faults;
}

Deno.test("Faults.take() gives a fault where it was put, as often as it was asked for", () => {
  const faults = parse("mutation=wafRoute:throw@2", "hook=PostRouteModify:hang");
  const taken = Array.from({ length: 3 }, () => faults.take("mutation=wafRoute"));
  assert.deepEqual(taken, ["throw", "throw", null]);
  assert.deepEqual([faults.take("hook=PostRouteModify"), faults.take("hook=PostRouteModify")], [
    "hang",
    "hang",
  ]);
  assert.equal(faults.take("mutation=localReply"), null);
});

for (
  const [text, problem] of [
    ["wafRoute:throw", "is not of the form PLACE:KIND or PLACE:KIND@N"],
    ["mutation=wafRoute:explode", "is not of the form"],
    ["mutation=wafRoute:throw@0", "is not of the form"],
    ["mutation=prune:throw", "there is no mutation prune"],
    ["hook=PostFooModify:throw", "there is no hook PostFooModify"],
    ["hook=PostTranslateModify:garbage", "a hook has no garbage"],
    ["verdict=pair:throw", "a verdict can only be garbage"],
  ]
) {
  Deno.test(`Faults.parse() refuses ${text}`, () => {
    const faults = Faults.parse([text]);
    assert("problem" in faults);
    assert(faults.problem.startsWith(`"${text}"`) && faults.problem.includes(problem), faults.problem);
  });
}
