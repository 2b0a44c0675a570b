/**
 * The official .proto files, for tests that compare with them or decode by them: Envoy's from the npm package of gRPC,
 * Envoy Gateway's two as fixtures, and the Go filter's, which is in no npm package, as the descriptor that its Go module
 * carries.
 *
 * @module
 */
import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { gunzipSync } from "node:zlib";
import { fromBinary } from "@bufbuild/protobuf";
import {
  type DescriptorProto,
  type FieldDescriptorProto,
  FieldDescriptorProto_Label,
  FieldDescriptorProto_Type,
  FileDescriptorSetSchema,
} from "@bufbuild/protobuf/wkt";
// Imported so that the package, whose .proto files are read below, is there.
import "@grpc/grpc-js-xds/package.json" with { type: "json" };
import protobuf from "protobufjs";

const FIXTURES = fileURLToPath(new URL("../tests/fixtures", import.meta.url));
const GOLANG = join(FIXTURES, "go-control-plane-contrib-1.36.1", "golang.pb.gz");
const packageOf = (name: string) => dirname(createRequire(import.meta.url).resolve(`${name}/package.json`));
const XDS = join(packageOf("@grpc/grpc-js-xds"), "deps");
const FROM_DESCRIPTOR = "envoy/extensions/filters/http/golang/v3alpha/golang.proto";

function locate(name: string): string | null {
  const places = [
    join(FIXTURES, "envoy-gateway-1.9.0", name.replace("proto/extension/", "")),
    ...["envoy-api", "googleapis", "protoc-gen-validate", "xds"].map((part) => join(XDS, part, name)),
    join(packageOf("protobufjs"), name),
  ];
  return places.find((place) => existsSync(place)) ?? null;
}

/** Reads official files with all that they import. @param names As they import each other. */
export async function loadOfficial(names: readonly string[]): Promise<protobuf.Root> {
  const root = new protobuf.Root();
  root.resolvePath = (_origin, name) => locate(name);
  const texts = names.filter((name) => name !== FROM_DESCRIPTOR);
  // The Go filter's imports are not found by themselves.
  await root.load([...texts, "envoy/extensions/transport_sockets/tls/v3/secret.proto"], { keepCase: true });
  if (texts.length < names.length) addGolang(root);
  root.resolveAll();
  return root;
}

function addGolang(root: protobuf.Root): void {
  const { file: [file] } = fromBinary(FileDescriptorSetSchema, gunzipSync(readFileSync(GOLANG)));
  const nested = Object.fromEntries(file.messageType.map((message) => [message.name, typeOf(message)]));
  root.define(file.package, nested);
}

function typeOf(message: DescriptorProto): protobuf.IType {
  const entries = new Map(
    message.nestedType.filter(({ options }) => options?.mapEntry).map((entry) => [entry.name, entry]),
  );
  return {
    fields: Object.fromEntries(message.field.map((field) => {
      const entry = entries.get(field.typeName.split(".").at(-1)!);
      return [field.name, entry ? mapOf(field, entry) : fieldOf(field)];
    })),
    oneofs: Object.fromEntries(message.oneofDecl.map(({ name }, at) => {
      const members = message.field.filter((field) => inOneof(field, at));
      return [name, { oneof: members.map((field) => field.name) }];
    })),
    nested: Object.fromEntries(
      message.enumType.map(({ name, value }) => [
        name,
        { values: Object.fromEntries(value.map((one) => [one.name, one.number])) },
      ]),
    ),
  };
}

/** An index of zero and none at all are told apart only by its being set. */
const inOneof = (field: FieldDescriptorProto, at: number) =>
  Object.hasOwn(field, "oneofIndex") && field.oneofIndex === at;

function fieldOf(field: FieldDescriptorProto): protobuf.IField {
  const type = field.typeName || FieldDescriptorProto_Type[field.type].toLowerCase();
  const repeated = field.label === FieldDescriptorProto_Label.REPEATED;
  return { id: field.number, type, ...(repeated ? { rule: "repeated" } : {}) };
}

function mapOf(field: FieldDescriptorProto, { field: [key, value] }: DescriptorProto): protobuf.IMapField {
  return { id: field.number, keyType: fieldOf(key).type, type: fieldOf(value).type } as protobuf.IMapField;
}
