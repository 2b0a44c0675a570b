import protobuf from "protobufjs";

const { root } = protobuf.parse(Deno.readTextFileSync(new URL("envoy.proto", import.meta.url)), {
  keepCase: true,
});

/** A message as plain data, fields named as in the .proto file. */
export type Message = Record<string, unknown>;

/** The bytes of a message; a field that the type does not have is a mistake and throws. */
export function encode(type: string, message: Message): Uint8Array {
  const known = root.lookupType(type);
  const stranger = Object.keys(message).find((field) => !(field in known.fields));
  if (stranger !== undefined) throw new Error(`Cannot encode ${type}: there is no field "${stranger}"`);
  return known.encode(known.fromObject(message)).finish();
}

/** The fields of a message that the demo knows, repeated ones never missing. */
export function decode<T>(type: string, bytes: Uint8Array): T {
  const known = root.lookupType(type);
  return known.toObject(known.decode(bytes), { arrays: true, longs: Number }) as T;
}

/** An Any of the given full name (`envoy.config…`), whose last part names the type in the .proto file. */
export function any(fullName: string, message: Message): Message {
  return { type_url: `type.googleapis.com/${fullName}`, value: encode(fullName.split(".").at(-1)!, message) };
}

/** An Any of a type without fields of interest. */
export function emptyAny(fullName: string): Message {
  return { type_url: `type.googleapis.com/${fullName}`, value: new Uint8Array() };
}
