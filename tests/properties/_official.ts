/** Answers by the official files, and on the real Envoy: what lib/xds has written has to mean what it should. */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type protobuf from "protobufjs";
import { loadOfficial } from "../../proto/official.ts";
import { toolPath } from "../setup/tools.ts";

const TYPES = [
  "proto/extension/service.proto",
  "envoy/config/bootstrap/v3/bootstrap.proto",
  "envoy/extensions/bootstrap/internal_listener/v3/internal_listener.proto",
  "envoy/extensions/filters/http/golang/v3alpha/golang.proto",
  "envoy/extensions/filters/http/router/v3/router.proto",
  "envoy/extensions/filters/network/http_connection_manager/v3/http_connection_manager.proto",
  "envoy/extensions/filters/network/tcp_proxy/v3/tcp_proxy.proto",
  "envoy/extensions/transport_sockets/internal_upstream/v3/internal_upstream.proto",
  "envoy/extensions/transport_sockets/raw_buffer/v3/raw_buffer.proto",
  "envoy/extensions/transport_sockets/tls/v3/tls.proto",
  "xds/type/v3/typed_struct.proto",
];

let loaded: Promise<protobuf.Root> | undefined;

/** The official types that snapshots are made of. */
export const officialTypes = (): Promise<protobuf.Root> => loaded ??= loadOfficial(TYPES);

/** Plain data, names as in the .proto files. */
// deno-lint-ignore no-explicit-any -- whatever the official files say
export type Plain = any;

/** Decodes a message, every Any of a known type included: its fields stand beside `@type`. */
export function decodePlain(root: protobuf.Root, type: string, bytes: Uint8Array): Plain {
  const message = root.lookupType(type);
  const plain = message.toObject(message.decode(bytes), { longs: Number, enums: String, defaults: false });
  return unpacked(root, plain);
}

function unpacked(root: protobuf.Root, value: Plain): Plain {
  if (value instanceof Uint8Array) return value;
  if (Array.isArray(value)) return value.map((one) => unpacked(root, one));
  if (typeof value !== "object" || value === null) return value;
  if (typeof value.type_url === "string" && value.type_url.includes("/")) {
    const name = value.type_url.slice(value.type_url.lastIndexOf("/") + 1);
    const inner = value.value ?? new Uint8Array(0);
    const known = root.lookup(name) !== null;
    return { "@type": name, ...(known ? decodePlain(root, name, inner) : { value: inner }) };
  }
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, unpacked(root, inner)]));
}

/** @returns a `google.protobuf.Struct` of {@linkcode decodePlain} as plain data. */
export function structOf(struct: Plain): Plain {
  const value = (one: Plain): Plain =>
    "structValue" in one
      ? structOf(one.structValue)
      : "listValue" in one
      ? (one.listValue.values ?? []).map(value)
      : one.stringValue ?? one.numberValue ?? one.boolValue ?? null;
  return Object.fromEntries(Object.entries(struct.fields ?? {}).map(([key, one]) => [key, value(one)]));
}

/** @returns one field with a length. */
export function field(number: number, ...parts: readonly Uint8Array[]): Buffer {
  const value = Buffer.concat(parts);
  return Buffer.concat([varint(number * 8 + 2), varint(value.length), value]);
}

function varint(value: number): Buffer {
  const bytes: number[] = [];
  for (; value >= 0x80; value = Math.floor(value / 128)) bytes.push((value % 128) | 0x80);
  return Buffer.from([...bytes, value]);
}

/** One field with a length, where it stands. */
interface Found {
  readonly at: number;
  readonly number: number;
  readonly value: Uint8Array;
}

/** The fields of a message that has nothing but fields with a length and one-byte tags, by the plainest reading. */
export function fieldsOf(bytes: Uint8Array): Found[] {
  const found: Found[] = [];
  for (let next = 0; next < bytes.length;) {
    const at = next;
    let from = at + 1;
    let length = 0;
    for (let shift = 0;; shift += 7) {
      const byte = bytes[from++];
      length += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) break;
    }
    next = from + length;
    found.push({ at, number: bytes[at] >> 3, value: bytes.subarray(from, next) });
  }
  return found;
}

/** An answer as the request of the next call: every list has one number more. */
export function asRequest(answer: Uint8Array): Uint8Array {
  const bytes = Uint8Array.from(answer);
  for (const { at } of fieldsOf(answer)) bytes[at] += 8;
  return bytes;
}

/** What of an answer a bootstrap gets: serialized resources, not touched. */
export interface Resources {
  readonly listeners?: readonly Uint8Array[];
  readonly clusters?: readonly Uint8Array[];
}

const API: Plain = {
  api_type: "GRPC",
  transport_api_version: "V3",
  grpc_services: [{ envoy_grpc: { cluster_name: "snapshots" } }],
};
const ANY_PORT: Plain = { socket_address: { address: "127.0.0.1", port_value: 0 } };

/** Whether the packaged Envoy takes these resources. @returns what it says against them; empty if nothing. */
export async function refusalOf({ listeners = [], clusters = [] }: Resources): Promise<string> {
  const root = await officialTypes();
  const encode = (type: string, value: Plain) => {
    const message = root.lookupType(type);
    return message.encode(message.fromObject(value)).finish();
  };
  const internal = encode("envoy.extensions.bootstrap.internal_listener.v3.InternalListener", {});
  const base = encode("envoy.config.bootstrap.v3.Bootstrap", {
    node: { id: "test", cluster: "test" },
    admin: { address: ANY_PORT },
    dynamic_resources: { ads_config: API },
    static_resources: {
      clusters: [{
        name: "snapshots",
        type: "STATIC",
        connect_timeout: { seconds: 1 },
        load_assignment: {
          cluster_name: "snapshots",
          endpoints: [{ lb_endpoints: [{ endpoint: { address: ANY_PORT } }] }],
        },
      }],
    },
    bootstrap_extensions: [{
      name: "internal_listener",
      typed_config: {
        type_url: "type.googleapis.com/envoy.extensions.bootstrap.internal_listener.v3.InternalListener",
        value: internal,
      },
    }],
  });
  // A message field that comes twice merges: the resources go in exactly as they are.
  const resources = field(
    2,
    ...listeners.map((one) => field(1, one)),
    ...clusters.map((one) => field(2, one)),
  );
  return validate(Buffer.concat([base, resources]));
}

async function validate(bootstrap: Uint8Array): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "certgate-policy-"));
  try {
    const path = join(folder, "bootstrap.pb");
    await writeFile(path, bootstrap);
    const args = ["--mode", "validate", "-c", path, "--use-dynamic-base-id", "--log-level", "error"];
    const { code, stderr } = await new Deno.Command(toolPath("envoy")!, { args }).output();
    return code === 0 ? "" : new TextDecoder().decode(stderr);
  } finally {
    await rm(folder, { recursive: true });
  }
}
