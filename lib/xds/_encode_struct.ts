import type { Json, JsonObject } from "../model/mod.ts";
import { field, join, textField, varintField } from "./_encode.ts";

/** @returns a serialized `google.protobuf.Struct`, its fields in the order of the object. */
export function encodeStruct(object: JsonObject): Uint8Array {
  return join(Object.entries(object).map(([key, value]) => structField(key, value)));
}

/** @returns one field of a Struct: an entry of its map, so that of two with one key the later counts. */
export function structField(key: string, value: Json): Uint8Array {
  return field(1, textField(1, key), field(2, encodeValue(value)));
}

/** The oneof of a `google.protobuf.Value` is always written, also where it is empty, zero or false. */
function encodeValue(value: Json): Uint8Array {
  if (value === null) return varintField(1, 0);
  if (typeof value === "number") return double(value);
  if (typeof value === "string") return textField(3, value);
  if (typeof value === "boolean") return varintField(4, value ? 1 : 0);
  return isList(value)
    ? field(6, ...value.map((one) => field(1, encodeValue(one))))
    : field(5, encodeStruct(value));
}

const isList = (value: Json): value is readonly Json[] => Array.isArray(value);

function double(value: number): Uint8Array {
  const bytes = new Uint8Array(9);
  bytes[0] = 2 * 8 + 1;
  new DataView(bytes.buffer).setFloat64(1, value, true);
  return bytes;
}
