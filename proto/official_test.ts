import assert from "node:assert/strict";
import { existsSync, readdirSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { type DescField, type DescFile, type DescMessage, ScalarType } from "@bufbuild/protobuf";
// Imported so that the package, whose .proto files are read below, is there.
import "@grpc/grpc-js-xds/package.json" with { type: "json" };
import protobuf from "protobufjs";

const GATEWAY = fileURLToPath(new URL("../tests/fixtures/envoy-gateway-1.9.0", import.meta.url));
const packageOf = (name: string) => dirname(createRequire(import.meta.url).resolve(`${name}/package.json`));
const XDS = join(packageOf("@grpc/grpc-js-xds"), "deps");

/** Where an import of the official files is found: Envoy's in the npm package, Envoy Gateway's two as fixtures. */
function locate(name: string): string | null {
  const places = [
    join(GATEWAY, name.replace("proto/extension/", "")),
    ...["envoy-api", "googleapis", "protoc-gen-validate", "xds"].map((part) => join(XDS, part, name)),
    join(packageOf("protobufjs"), name),
  ];
  return places.find((place) => existsSync(place)) ?? null;
}

async function loadOfficial(): Promise<protobuf.Root> {
  const root = new protobuf.Root();
  root.resolvePath = (_origin, name) => locate(name);
  const names = (await ourFiles()).map(({ name }) =>
    `${name}.proto`.replace(/^extension/, "proto/extension")
  );
  await root.load(names, { keepCase: true });
  root.resolveAll();
  return root;
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
  const type = field.message?.typeName ?? field.enum?.typeName ?? ScalarType[field.scalar!].toLowerCase();
  const label = field.fieldKind === "list" ? "repeated" : "singular";
  return `${field.name} = ${field.number} ${label} ${type} in ${field.oneof?.name ?? "no oneof"}`;
}

function describeOfficial(field: protobuf.Field): string {
  const type = field.resolvedType?.fullName.slice(1) ?? field.type;
  const label = field.repeated ? "repeated" : "singular";
  return `${field.name} = ${field.id} ${label} ${type} in ${field.partOf?.name ?? "no oneof"}`;
}

Deno.test("proto/ has every message and field with its official name, number, type, label and oneof", async () => {
  const official = await loadOfficial();
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
  assert.ok(fields > 80, `only ${fields} fields were compared`);
});

Deno.test("proto/ has every enum value with its official number", async () => {
  const official = await loadOfficial();
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
  const official = await loadOfficial();
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
