import assert from "node:assert/strict";
import { fromBinary } from "@bufbuild/protobuf";
import { FileDescriptorProtoSchema } from "@bufbuild/protobuf/wkt";
import { HOOKS } from "../model/mod.ts";
import { HOOK_SERVICE, hookFileDescriptors } from "./hook_service.ts";

Deno.test("hookFileDescriptors() describes the six hooks and everything they import", () => {
  const files = hookFileDescriptors().map((bytes) => fromBinary(FileDescriptorProtoSchema, bytes));
  const names = new Set(files.map((file) => file.name));
  for (const file of files) for (const needed of file.dependency) assert(names.has(needed), needed);
  const services = files.flatMap((file) =>
    file.service.map((service) => ({ package: file.package, service }))
  );
  assert.equal(services.length, 1);
  assert.equal(`${services[0].package}.${services[0].service.name}`, HOOK_SERVICE);
  assert.deepEqual(services[0].service.method.map((method) => method.name).sort(), [...HOOKS].sort());
});
