import assert from "node:assert/strict";
import { FakeLog } from "../tests/fakes/fake_log.ts";
import { PolicyLog } from "./agent_policy_log.ts";
import type { PolicyView } from "./agent_policy_view.ts";

/** A view of nothing but what is wrong, the first of it in line `from`. */
function wrong(count: number, from = 1): PolicyView {
  const findings = Array.from({ length: count }, (_, index) => ({
    place: { file: "/p/a.yaml", line: from + index, column: 1 },
    message: "Cannot use spec.mode",
    hint: "",
  }));
  return { config: { gate: {} }, findings, digest: "", wafProblem: "" } as unknown as PolicyView;
}

Deno.test("PolicyLog.tell() says what is wrong once when it begins, and once when it ends", () => {
  const log = new FakeLog();
  const policyLog = new PolicyLog(log);
  for (const view of [wrong(2), wrong(2), wrong(1)]) policyLog.tell(view);
  assert.deepEqual(log.sentences("warn"), Array(2).fill("a policy object is not as it should be"));
  assert.deepEqual(log.sentences("info"), ["a policy object is as it should be again"]);
  assert.deepEqual(log.lines[0].fields, {
    place: "/p/a.yaml:1:1",
    problem: "Cannot use spec.mode",
    hint: "",
  });
});

Deno.test("PolicyLog.tell() says of thousands of objects that are wrong how many there are, and twenty of them", () => {
  const log = new FakeLog();
  const policyLog = new PolicyLog(log);
  policyLog.tell(wrong(4000));
  // A line at the top of the file: nothing is where it was.
  policyLog.tell(wrong(4000, 5001));
  for (const level of ["warn", "info"]) assert.ok(log.sentences(level).length <= 42, level);
  const more = log.lines.filter(({ fields }) => "more" in fields).map(({ fields }) => fields.more);
  assert.deepEqual(more, [3980, 3980, 3980]);
});
