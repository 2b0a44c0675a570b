import assert from "node:assert/strict";
import { skipReason } from "./skip_reason.ts";

const source =
  `Deno.test({ name: "x", ignore: toolPath("envoy") === null || toolPath("envoy-gateway") === null, fn });`;

Deno.test("skipReason() names the missing tools that the test asks for", () => {
  const missing = (tool: string) => (tool === "envoy-gateway" ? "go is not installed" : null);
  assert.equal(skipReason(source, missing, () => true), "envoy-gateway is missing (go is not installed)");
});

Deno.test("skipReason() says so when no tool explains it", () => {
  assert.equal(skipReason(source, () => null, () => true), "marked as ignored in the file");
});

Deno.test("skipReason() names programs that the host has not", () => {
  const asks = `Deno.test({ name: "x", ignore: onPath("fish") === null || onPath("sh") === null, fn });`;
  assert.equal(skipReason(asks, () => null, (program) => program === "sh"), "fish is not on the PATH");
});
