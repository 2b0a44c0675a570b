import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { type DescField, type DescFile, type DescMessage, ScalarType } from "@bufbuild/protobuf";
import protobuf from "protobufjs";
import { loadOfficial } from "./official.ts";

async function loadOurs(): Promise<protobuf.Root> {
  const names = (await ourFiles()).map(({ name }) => name.replace(/^extension/, "proto/extension"));
  return loadOfficial(names.map((name) => `${name}.proto`));
}

/** Every generated file, so that a new .proto is compared without anybody having to think of it. */
async function ourFiles(): Promise<DescFile[]> {
  const gen = new URL("./gen/", import.meta.url);
  const names = readdirSync(gen, { recursive: true }).map(String).filter((name) => name.endsWith("_pb.ts"));
  const modules = await Promise.all(names.map((name) => import(new URL(name, gen).href)));
  return modules.flatMap((module) => Object.values(module) as DescFile[]).filter(({ kind }) =>
    kind === "file"
  );
}

async function ourMessages(): Promise<DescMessage[]> {
  const nested = (
    message: DescMessage,
  ): DescMessage[] => [message, ...message.nestedMessages.flatMap(nested)];
  return (await ourFiles()).flatMap((file) => file.messages.flatMap(nested));
}

/** A field in one line, so that a difference is readable. */
function describeOurs(field: DescField): string {
  const value = field.message?.typeName ?? field.enum?.typeName ?? ScalarType[field.scalar!].toLowerCase();
  const key = field.fieldKind === "map" ? `${ScalarType[field.mapKey].toLowerCase()} to ` : "";
  const type = `${key}${value}`;
  const label = field.fieldKind === "list" ? "repeated" : "singular";
  return `${field.name} = ${field.number} ${label} ${type} in ${field.oneof?.name ?? "no oneof"}`;
}

function describeOfficial(field: protobuf.Field): string {
  const value = field.resolvedType?.fullName.slice(1) ?? field.type;
  const type = field instanceof protobuf.MapField ? `${field.keyType} to ${value}` : value;
  const label = field.repeated ? "repeated" : "singular";
  return `${field.name} = ${field.id} ${label} ${type} in ${field.partOf?.name ?? "no oneof"}`;
}

Deno.test("proto/ has every message and field with its official name, number, type, label and oneof", async () => {
  const official = await loadOurs();
  let fields = 0;
  for (const message of await ourMessages()) {
    const theirs = official.lookupType(message.typeName);
    for (const field of message.fields) {
      assert.ok(theirs.fields[field.name], `${message.typeName}.${field.name} is not an official field`);
      assert.equal(describeOurs(field), describeOfficial(theirs.fields[field.name]), message.typeName);
      fields++;
    }
  }
  // The subset is not empty by accident.
  assert.ok(fields > 140, `only ${fields} fields were compared`);
});

Deno.test("proto/ has every enum value with its official number", async () => {
  const official = await loadOurs();
  const enums = (await ourMessages()).flatMap((message) => message.nestedEnums);
  assert.ok(enums.length > 0);
  for (const ours of enums) {
    const theirs = official.lookupEnum(ours.typeName).values;
    for (const { name, number } of ours.values) {
      assert.equal(theirs[name], number, `${ours.typeName}.${name}`);
    }
  }
});

Deno.test("proto/extension is the whole of Envoy Gateway's service: nothing missing, nothing of our own", async () => {
  const official = await loadOurs();
  const namespace = official.lookup("envoygateway.extension") as protobuf.Namespace;
  const theirs = namespace.nestedArray.filter((one) => one instanceof protobuf.Type);
  const files = (await ourFiles()).filter(({ proto }) => proto.package === "envoygateway.extension");
  const ours = files.flatMap(({ messages }) => messages);
  assert.deepEqual(ours.map(({ name }) => name).sort(), theirs.map(({ name }) => name).sort());
  for (const message of ours) {
    const expected = official.lookupType(message.typeName).fieldsArray.map(describeOfficial).sort();
    assert.deepEqual(message.fields.map(describeOurs).sort(), expected, message.typeName);
  }
  const service = official.lookupService("envoygateway.extension.EnvoyGatewayExtension");
  const methods = service.methodsArray.map((method) => {
    method.resolve();
    return `${method.name}(${method.resolvedRequestType!.name}) ${method.resolvedResponseType!.name}`;
  });
  const [hook] = files.flatMap(({ services }) => services);
  assert.equal(hook.typeName, "envoygateway.extension.EnvoyGatewayExtension");
  assert.deepEqual(
    hook.methods.map(({ name, input, output }) => `${name}(${input.name}) ${output.name}`).sort(),
    methods.sort(),
  );
});
