import { join, type Piece } from "./_encode.ts";
import { WireReader } from "./_wire.ts";

const decoder = new TextDecoder();

/** A stretch of serialized bytes. Cheaper than a subarray, of which one is made only when somebody wants to see it. */
export class Span {
  /** Marks a stretch out; copies nothing. */
  constructor(
    /** What the stretch is a part of. */
    readonly bytes: Uint8Array,
    /** Where it begins. */
    readonly from: number,
    /** Where it ends. */
    readonly to: number,
  ) {}

  /** How many bytes it has. */
  get length(): number {
    return this.to - this.from;
  }

  /** The bytes, not copied. */
  view(): Uint8Array {
    // Not `subarray`, which makes a Buffer of a Buffer's part, at several times the price.
    return new Uint8Array(this.bytes.buffer, this.bytes.byteOffset + this.from, this.to - this.from);
  }

  /** There may be a key in it. */
  toJSON(): string {
    return `${this.to - this.from} bytes`;
  }

  /** What `console.log` prints in Deno. */
  [Symbol.for("Deno.customInspect")](): string {
    return `Span(${this.toJSON()})`;
  }

  /** What `util.inspect` prints. */
  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return `Span(${this.toJSON()})`;
  }

  /** A walk over the fields. */
  walk(): WireReader {
    return new WireReader(this.bytes, this.from, this.to);
  }

  /** The bytes as text; what is not UTF-8 becomes U+FFFD. */
  text(): string {
    // Buffer's own reading is three times as fast as TextDecoder for short text, and names are all short.
    if (Buffer.isBuffer(this.bytes)) return this.bytes.toString("utf8", this.from, this.to);
    return decoder.decode(this.view());
  }
}

/**
 * The value of a singular message field after one more occurrence of it.
 *
 * Several occurrences merge, and merging two messages is the same as reading their bytes one after the other
 * (https://protobuf.dev/programming-guides/encoding/#last-one-wins).
 */
export function merge(before: Span | null, walk: WireReader): Span {
  const now = valueOf(walk);
  return before === null ? now : spanOf([before, now]);
}

/** The value of the current field of a walk: all of a repeated one, the last word of a singular text or bytes one. */
export function valueOf(walk: WireReader): Span {
  return new Span(walk.bytes, walk.from, walk.to);
}

/** @returns pieces as one stretch. */
export function spanOf(parts: readonly Piece[]): Span {
  const [first] = parts;
  if (parts.length === 1 && first instanceof Span) return first;
  const bytes = parts.length === 1 && first instanceof Uint8Array ? first : join(parts);
  return new Span(bytes, 0, bytes.length);
}
