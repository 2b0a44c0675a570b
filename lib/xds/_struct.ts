import type { Json, JsonObject } from "../model/mod.ts";
import { Span, valueOf } from "./_span.ts";
import type { WireReader } from "./_wire.ts";

/** What protobuf's own parsers take; whatever is deeper came from nobody's encoder. */
const DEEPEST = 100;

/** Reads a `google.protobuf.Struct`. @returns `null` if it does not read. */
export function readStruct(span: Span, depth = 0): JsonObject | null {
  if (depth > DEEPEST) return null;
  // No prototype: a key of a stranger is a key and nothing else.
  const fields: Record<string, Json> = Object.create(null);
  const walk = span.walk();
  while (walk.next()) {
    if (walk.field !== 1 || walk.wire !== 2) continue;
    const { key, value } = readPair(valueOf(walk));
    const read = readValue(value, depth + 1);
    if (read === undefined) return null;
    fields[key.text()] = read;
  }
  return walk.malformed ? null : fields;
}

/** Key and value of one entry of a `map<string, Message>`. */
export interface Pair {
  readonly key: Span;
  readonly value: Span;
}

const EMPTY = new Span(new Uint8Array(0), 0, 0);

/** Reads one entry of a map; what is not there is empty. */
export function readPair(entry: Span): Pair {
  let key = EMPTY;
  let value = EMPTY;
  const walk = entry.walk();
  while (walk.next()) {
    if (walk.wire !== 2) continue;
    if (walk.field === 1) key = valueOf(walk);
    else if (walk.field === 2) value = valueOf(walk);
  }
  return { key, value };
}

/** @returns `undefined` if it does not read; a value that is not set is `null`. */
function readValue(span: Span, depth: number): Json | undefined {
  let read: Json | undefined = null;
  const walk = span.walk();
  while (walk.next()) {
    if (walk.field === 1 && walk.wire === 0) read = null;
    else if (walk.field === 2 && walk.wire === 1) read = number(walk);
    else if (walk.field === 3 && walk.wire === 2) read = valueOf(walk).text();
    else if (walk.field === 4 && walk.wire === 0) read = walk.isTrue();
    else if (walk.field === 5 && walk.wire === 2) read = readStruct(valueOf(walk), depth) ?? undefined;
    else if (walk.field === 6 && walk.wire === 2) read = readList(valueOf(walk), depth);
    if (read === undefined) return undefined;
  }
  return walk.malformed ? undefined : read;
}

function readList(span: Span, depth: number): Json[] | undefined {
  if (depth > DEEPEST) return undefined;
  const values: Json[] = [];
  const walk = span.walk();
  while (walk.next()) {
    if (walk.field !== 1 || walk.wire !== 2) continue;
    const value = readValue(valueOf(walk), depth + 1);
    if (value === undefined) return undefined;
    values.push(value);
  }
  return walk.malformed ? undefined : values;
}

function number({ bytes, from }: WireReader): number {
  return new DataView(bytes.buffer, bytes.byteOffset + from, 8).getFloat64(0, true);
}
