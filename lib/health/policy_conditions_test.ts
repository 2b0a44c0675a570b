import assert from "node:assert/strict";
import type { BareCondition } from "../model/mod.ts";
import { policyProgrammed, type PolicyProgress } from "./policy_conditions.ts";

const accepted: BareCondition = { type: "Accepted", status: "True", reason: "Accepted", message: "" };
const good: PolicyProgress = {
  accepted,
  inUse: true,
  hasDirectives: true,
  waf: true,
  wafProblem: "",
  delivery: "served",
};

const said = (changes: Partial<PolicyProgress>) => {
  const { type, status, reason } = policyProgrammed({ ...good, ...changes });
  assert.equal(type, "Programmed");
  return `${status} ${reason}`;
};

Deno.test("policyProgrammed() says True only for what the proxies have, or nobody can be asked about", () => {
  assert.equal(said({}), "True Programmed");
  assert.equal(said({ delivery: "unknown" }), "True Programmed");
  assert.match(policyProgrammed({ ...good, delivery: "unknown" }).message, /no proxy is asked/);
  assert.equal(said({ delivery: "waiting" }), "False Pending");
  assert.equal(said({ delivery: "unused" }), "False NotAttached");
  assert.equal(said({ delivery: "refused" }), "False Refused");
});

Deno.test("policyProgrammed() says why a policy cannot reach a proxy at all", () => {
  const why = { ...accepted, message: "detection is below blocking" };
  assert.equal(said({ inUse: false }), "False Invalid");
  assert.equal(said({ hasDirectives: false, accepted: why }), "False NoDirectives");
  assert.equal(policyProgrammed({ ...good, hasDirectives: false, accepted: why }).message, why.message);
  assert.equal(said({ waf: false }), "False FilterOff");
  assert.equal(said({ wafProblem: "no filter" }), "False FilterOff");
  assert.equal(policyProgrammed({ ...good, wafProblem: "no filter" }).message, "no filter");
});
