import { Header, lengthOf, type Piece } from "./_encode.ts";
import { insideOf, readField, readTypedConfig } from "./_socket.ts";
import { Span } from "./_span.ts";
import type { WireReader } from "./_wire.ts";

/** Bytes in pieces, most of them parts of the request; put together once, at the end. */
export type Parts = readonly Piece[];

/** @returns one field with a length, the value not copied. */
export function fieldOf(number: number, value: Parts): Parts {
  return [new Header(number, lengthOf(value)), ...value];
}

/**
 * Copies a message with some of its fields changed. What is not named keeps its bytes and its place.
 *
 * @param change Asked for each field: `undefined` keeps it, `null` leaves it out, bytes (tag included) replace it.
 */
export function rewrite(span: Span, change: (walk: WireReader) => Parts | null | undefined): Parts {
  const parts: Piece[] = [];
  let kept = span.from;
  const walk = span.walk();
  while (walk.next()) {
    const now = change(walk);
    if (now === undefined) continue;
    if (walk.tagAt > kept) parts.push(new Span(span.bytes, kept, walk.tagAt));
    if (now !== null) parts.push(...now);
    kept = walk.to;
  }
  if (span.to > kept) parts.push(new Span(span.bytes, kept, span.to));
  return parts;
}

/**
 * Copies a message with one singular message field changed; several occurrences become one, at the place of the first.
 *
 * @param edit Gets the merged value and gives the new one; `null` leaves the field out.
 */
export function rewriteField(span: Span, number: number, edit: (value: Span) => Parts | null): Parts {
  const before = readField(span, number);
  // What does not read to its end goes out as it came.
  if (before === null) return [span];
  let done = false;
  return rewrite(span, (walk) => {
    if (walk.field !== number || walk.wire !== 2) return undefined;
    if (done) return null;
    done = true;
    const value = edit(before);
    return value === null ? null : fieldOf(number, value);
  });
}

/** Copies a transport socket with the TLS context in it changed, however deep it is wrapped. */
export function rewriteSocket(socket: Span, edit: (context: Span) => Parts): Parts {
  const { type, value } = readTypedConfig(socket)!;
  const inside = insideOf(type)!;
  const inner = () => {
    if (inside.kind === "context") return edit(value);
    const deeper = inside.kind === "field" ? edit : (nested: Span) => rewriteSocket(nested, edit);
    return rewriteField(value, inside.number, deeper);
  };
  return rewriteField(socket, 3, (any) => rewriteAny(any, inner));
}

/** Copies an Any with another value in it. */
export function rewriteAny(any: Span, value: () => Parts): Parts {
  let done = false;
  return rewrite(any, (walk) => {
    if (walk.field !== 2 || walk.wire !== 2) return undefined;
    if (done) return null;
    done = true;
    return fieldOf(2, value());
  });
}
