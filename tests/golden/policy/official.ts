/**
 * Messages in words, by Envoy's own whole descriptors: nothing of certgate's subset takes part.
 *
 * Fields are read as Envoy reads them: the parts of a message field that stands more than once merge, of a oneof the last
 * one counts. The decoder of protobufjs does neither.
 */
import protobuf from "protobufjs";
import { loadOfficial } from "../../../proto/official.ts";

type Fields = Record<string, unknown>;

/** Turns serialized messages into plain data. */
export class Official {
  readonly #root: protobuf.Root;

  private constructor(root: protobuf.Root) {
    this.#root = root;
  }

  /** Reads the descriptors. */
  static async load(): Promise<Official> {
    return new Official(
      await loadOfficial([
        "proto/extension/service.proto",
        "envoy/extensions/filters/http/router/v3/router.proto",
        "envoy/extensions/filters/http/golang/v3alpha/golang.proto",
        "envoy/extensions/filters/network/http_connection_manager/v3/http_connection_manager.proto",
        "envoy/extensions/transport_sockets/internal_upstream/v3/internal_upstream.proto",
        "envoy/extensions/transport_sockets/raw_buffer/v3/raw_buffer.proto",
        "xds/type/v3/typed_struct.proto",
      ]),
    );
  }

  /** Only fields that are set, names as the .proto files have them. */
  read(typeName: string, bytes: Uint8Array): unknown {
    return this.#message(this.#root.lookupType(typeName), bytes);
  }

  #message(type: protobuf.Type, bytes: Uint8Array): unknown {
    const fields: Fields = {};
    const parts = new Map<protobuf.Field, Uint8Array[]>();
    const reader = protobuf.Reader.create(bytes);
    while (reader.pos < reader.len) {
      const tag = reader.uint32();
      const field = type.fieldsById[tag >>> 3]?.resolve();
      if (field === undefined) reader.skipType(tag & 7);
      else {
        for (const other of field.partOf?.fieldsArray ?? []) {
          if (other === field) continue;
          delete fields[other.name];
          parts.delete(other);
        }
        this.#field(field, reader, { wire: tag & 7, fields, parts });
      }
    }
    for (const [field, values] of parts) {
      fields[field.name] = this.#message(field.resolvedType as protobuf.Type, concatenate(values));
    }
    return this.#special(type.fullName.slice(1), fields);
  }

  #field(
    field: protobuf.Field,
    reader: protobuf.Reader,
    { wire, fields, parts }: { wire: number; fields: Fields; parts: Map<protobuf.Field, Uint8Array[]> },
  ): void {
    const type = field.resolvedType;
    if (field instanceof protobuf.MapField) {
      const [key, value] = this.#entry(field, reader.bytes());
      fields[field.name] = { ...fields[field.name] as Fields, [key]: value };
    } else if (type !== null && "fieldsById" in type) {
      const value = reader.bytes();
      if (!field.repeated) parts.set(field, [...parts.get(field) ?? [], value]);
      else fields[field.name] = [...fields[field.name] as unknown[] ?? [], this.#message(type, value)];
    } else if (!field.repeated) fields[field.name] = scalar(field, reader);
    else {
      const values = [...fields[field.name] as unknown[] ?? []];
      const packed = wire === 2 && field.type !== "string" && field.type !== "bytes";
      const end = packed ? reader.uint32() + reader.pos : reader.pos + 1;
      while (reader.pos < end) values.push(scalar(field, reader));
      fields[field.name] = values;
    }
  }

  #entry(field: protobuf.MapField, bytes: Uint8Array): [string, unknown] {
    const reader = protobuf.Reader.create(bytes);
    let key = "";
    let value: unknown = null;
    while (reader.pos < reader.len) {
      const tag = reader.uint32();
      if (tag >>> 3 === 1) key = String(reader.string());
      else if (tag >>> 3 !== 2) reader.skipType(tag & 7);
      else if (field.resolvedType === null) value = scalar(field, reader);
      else value = this.#message(field.resolvedType as protobuf.Type, reader.bytes());
    }
    return [key, value];
  }

  /** Types that have a form of their own in JSON. */
  #special(name: string, fields: Fields): unknown {
    switch (name) {
      case "google.protobuf.Any":
        return { "@type": fields.type_url, ...this.#inside(String(fields.type_url), fields.value) };
      case "google.protobuf.Struct":
        return fields.fields ?? {};
      case "google.protobuf.ListValue":
        return fields.values ?? [];
      case "google.protobuf.Value":
        return Object.values(fields)[0] ?? null;
      case "google.protobuf.Duration":
        return `${fields.seconds ?? 0}s`;
      case "google.protobuf.BoolValue":
      case "google.protobuf.UInt32Value":
      case "google.protobuf.StringValue":
        return fields.value ?? null;
    }
    return fields;
  }

  #inside(url: string, value: unknown): Fields {
    try {
      // Of a Buffer the reader takes text that reaches behind the end for shorter text.
      const bytes = value === undefined
        ? new Uint8Array()
        : Uint8Array.from(Buffer.from(String(value), "base64"));
      return this.read(url.slice(url.lastIndexOf("/") + 1), bytes) as Fields;
    } catch (error) {
      if (error instanceof RangeError) return { unreadable: true };
      throw error;
    }
  }
}

function scalar(field: Pick<protobuf.Field, "resolvedType" | "type">, reader: protobuf.Reader): unknown {
  if (field.resolvedType instanceof protobuf.Enum) return field.resolvedType.valuesById[reader.int32()];
  const value = (reader as unknown as Record<string, () => unknown>)[field.type]();
  if (value instanceof Uint8Array) return Buffer.from(value).toString("base64");
  return typeof value === "object" ? Number(value) : value;
}

function concatenate(parts: readonly Uint8Array[]): Uint8Array {
  return parts.length === 1 ? parts[0] : new Uint8Array(Buffer.concat(parts));
}
