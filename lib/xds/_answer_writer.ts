import type { ListName } from "../model/mod.ts";
import { Header, lengthOf, type Piece, put } from "./_encode.ts";
import type { Parts } from "./_rewrite.ts";
import { Span } from "./_span.ts";
import type { Entry } from "./snapshot.ts";

/** Response field of each list. */
const FIELDS: Readonly<Record<ListName, number>> = { clusters: 1, secrets: 2, listeners: 3, routes: 4 };

/** Collects an answer and puts it together in one allocation: neighbours that are kept are copied in one go. */
export class AnswerWriter {
  readonly #request: Uint8Array;
  readonly #parts: Piece[] = [];
  /** Where, in the answer, the tag of a resource that came in one long piece has to be lowered. */
  readonly #tags: number[] = [];
  #length = 0;
  #from = -1;
  #to = -1;

  constructor(request: Uint8Array) {
    this.#request = request;
  }

  /** Adds a resource with the bytes it came in with. */
  keep(entry: Entry): void {
    const { list, tagAt, to } = entry;
    // A tag of more than one byte is legal and nobody writes it: written anew, the value untouched.
    if (this.#request[tagAt] !== (FIELDS[list] + 1) * 8 + 2) return this.write(list, [entry]);
    if (tagAt !== this.#to) {
      this.#flush();
      this.#from = tagAt;
    }
    this.#tags.push(this.#length + tagAt - this.#from);
    this.#to = to;
  }

  /** Adds a resource with a new value. */
  write(list: ListName, value: Parts): void {
    this.#flush();
    this.#push(new Header(FIELDS[list], lengthOf(value)));
    for (const part of value) this.#push(part);
  }

  /** @returns the answer. */
  finish(): Uint8Array {
    this.#flush();
    const out = Buffer.allocUnsafeSlow(this.#length);
    let at = 0;
    for (const part of this.#parts) at = put(out, at, part);
    for (const tag of this.#tags) out[tag] -= 8;
    return out;
  }

  #flush(): void {
    if (this.#from >= 0) this.#push(new Span(this.#request, this.#from, this.#to));
    this.#from = this.#to = -1;
  }

  #push(part: Piece): void {
    this.#parts.push(part);
    this.#length += part.length;
  }
}
