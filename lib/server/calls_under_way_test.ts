import assert from "node:assert/strict";
import { CallsUnderWay } from "./calls_under_way.ts";

Deno.test("CallsUnderWay tells the age of the oldest call that has not ended", () => {
  let now = 5;
  const calls = new CallsUnderWay(() => now);
  assert.equal(calls.longest(), 0);
  const first = calls.begin();
  now = 10;
  const second = calls.begin();
  now = 30;
  assert.equal(calls.longest(), 25);
  first();
  first();
  assert.equal(calls.longest(), 20);
  second();
  assert.equal(calls.longest(), 0);
});
