import assert from "node:assert/strict";
import { field, join } from "./_encode.ts";
import { echoResource } from "./echo_resource.ts";

const resource = field(1, Uint8Array.of(10, 3, 97, 98, 99, 250, 6, 1, 0));

Deno.test("echoResource() answers with the resource and leaves the context out", () => {
  assert.deepEqual(Uint8Array.from(echoResource(join([resource, field(2, Uint8Array.of(8, 1))]))), resource);
  assert.deepEqual(Uint8Array.from(echoResource(join([field(2), resource]))), resource);
});

Deno.test("echoResource() keeps a resource that comes in two parts, and answers nothing with nothing", () => {
  const both = join([resource, field(2), field(1, Uint8Array.of(16, 1))]);
  assert.deepEqual(Uint8Array.from(echoResource(both)), join([resource, field(1, Uint8Array.of(16, 1))]));
  assert.equal(echoResource(new Uint8Array(0)).length, 0);
});

Deno.test("echoResource() refuses what is no message", () => {
  assert.throws(() => echoResource(resource.subarray(0, 5)), RangeError);
});
