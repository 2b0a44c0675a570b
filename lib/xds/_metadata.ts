import type { ResourceRef } from "../model/mod.ts";
import { type Span, valueOf } from "./_span.ts";
import { readPair, readStruct } from "./_struct.ts";

const text = (value: string) => new TextEncoder().encode(value);
/** Where Envoy Gateway says which object a resource was made of. */
const ENVOY_GATEWAY = text("envoy-gateway");

/**
 * The value of a key in a `map<string, Message>` field. Of several entries with one key the last is the value; unlike
 * messages they do not merge.
 *
 * @returns `null` if there is none.
 */
export function readEntry(message: Span, number: number, key: Uint8Array): Span | null {
  let found: Span | null = null;
  const walk = message.walk();
  while (walk.next()) {
    if (walk.field !== number || walk.wire !== 2) continue;
    const pair = readPair(valueOf(walk));
    if (Buffer.compare(pair.key.view(), key) === 0) found = pair.value;
  }
  return found;
}

/**
 * The object that a virtual host or route was made of, from the metadata that Envoy Gateway writes:
 * `filter_metadata["envoy-gateway"].resources[0]`.
 *
 * @returns `null` if there is none, or it does not read.
 */
export function readResourceRef(metadata: Span | null): ResourceRef | null {
  const struct = metadata === null ? null : readEntry(metadata, 1, ENVOY_GATEWAY);
  const resources = struct === null ? null : readStruct(struct)?.resources;
  const first = Array.isArray(resources) ? resources[0] : null;
  if (typeof first !== "object" || first === null || Array.isArray(first)) return null;
  const word = (key: string) => typeof first[key] === "string" ? first[key] : "";
  return {
    kind: word("kind"),
    namespace: word("namespace"),
    name: word("name"),
    sectionName: word("sectionName"),
  };
}
