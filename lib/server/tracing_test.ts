import assert from "node:assert/strict";
import { inSpan } from "./tracing.ts";

Deno.test("inSpan() hands on what the work returns, at once or later", async () => {
  assert.equal(inSpan("now", {}, () => 1), 1);
  assert.equal(await inSpan("later", { a: 1 }, () => Promise.resolve(2)), 2);
});

Deno.test("inSpan() hands on errors as they are", async () => {
  const error = new Error("told so");
  assert.throws(() =>
    inSpan("now", {}, () => {
      throw error;
    }), error);
  await assert.rejects(inSpan("later", {}, () => Promise.reject(error)), error);
});

Deno.test("inSpan() does not ask for attributes while nobody records", () => {
  inSpan("quiet", {}, (span) => span.set(() => assert.fail("asked")));
});
