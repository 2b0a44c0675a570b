/**
 * Walks over the fields of one serialized message without decoding it.
 *
 * Rules of the encoding: https://protobuf.dev/programming-guides/encoding/. A varint has at most ten bytes, a field
 * number is 1 to 2^29-1, a group (wire types 3 and 4, which proto3 still has to skip) ends with its own number, and
 * wire types 6 and 7 do not exist. Anything else ends the walk with `malformed` set; nothing is ever thrown.
 */
export class WireReader {
  /** Number of the current field. */
  field = 0;
  /** Wire type of the current field: 0 varint, 1 and 5 fixed, 2 with a length, 3 a group. */
  wire = 0;
  /** Where the tag of the current field begins. */
  tagAt = 0;
  /** Where the value of the current field begins, after tag and length. */
  from = 0;
  /** Where the current field ends. */
  to = 0;
  /** Whether the walk ended at something that cannot be read. */
  malformed = false;
  #at: number;

  /** Starts in front of the first field. */
  constructor(
    /** What holds the message. */
    readonly bytes: Uint8Array,
    start = 0,
    /** Where the message ends. */
    readonly end: number = bytes.length,
  ) {
    this.#at = start;
  }

  /** Goes to the next field. @returns false at the end and at the first thing that cannot be read. */
  next(): boolean {
    if (this.#at >= this.end || this.malformed) return false;
    this.tagAt = this.#at;
    const first = this.bytes[this.#at];
    let tag: number;
    if (first < 0x80) {
      tag = first;
      this.#at++;
    } else {
      tag = this.#varint();
      if (tag < 0 || tag > 0xffffffff) return this.#fail();
    }
    this.wire = tag & 7;
    this.field = tag >>> 3;
    if (this.field === 0) return this.#fail();
    return this.wire === 2 ? this.#withLength() : this.#other();
  }

  /** Whether the current varint field is anything but zero, which is what a bool of the encoding means by true. */
  isTrue(): boolean {
    for (let at = this.from; at < this.to; at++) if ((this.bytes[at] & 0x7f) !== 0) return true;
    return false;
  }

  /** The value of the current varint field, exact up to 2^53. */
  varint(): number {
    let value = 0;
    let factor = 1;
    for (let at = this.from; at < this.to; at++, factor *= 128) value += (this.bytes[at] & 0x7f) * factor;
    return value;
  }

  #withLength(): boolean {
    const first = this.#at < this.end ? this.bytes[this.#at] : 0x80;
    let length: number;
    if (first < 0x80) {
      length = first;
      this.#at++;
    } else {
      length = this.#varint();
    }
    this.from = this.#at;
    this.to = this.#at + length;
    if (length < 0 || this.to > this.end) return this.#fail();
    this.#at = this.to;
    return true;
  }

  #other(): boolean {
    this.from = this.#at;
    if (this.wire === 0) {
      if (this.#varint() < 0) return this.#fail();
    } else if (this.wire === 1) {
      this.#at += 8;
    } else if (this.wire === 5) {
      this.#at += 4;
    } else if (this.wire !== 3 || !this.#skipGroup()) {
      return this.#fail();
    }
    if (this.#at > this.end) return this.#fail();
    this.to = this.#at;
    return true;
  }

  /** Open groups are a stack of numbers, not calls: depth is the sender's choice and must not end ours. */
  #skipGroup(): boolean {
    const open = [this.field];
    while (open.length > 0) {
      if (this.#at >= this.end) return false;
      const tag = this.#varint();
      if (tag < 0 || tag > 0xffffffff || tag >>> 3 === 0) return false;
      const wire = tag & 7;
      if (wire === 3) open.push(tag >>> 3);
      else if (wire === 4) {
        if (open.pop() !== tag >>> 3) return false;
      } else if (!this.#skipScalar(wire)) return false;
    }
    return true;
  }

  #skipScalar(wire: number): boolean {
    if (wire === 0) return this.#varint() >= 0;
    if (wire === 1) this.#at += 8;
    else if (wire === 5) this.#at += 4;
    else if (wire === 2) {
      const length = this.#varint();
      if (length < 0) return false;
      this.#at += length;
    } else return false;
    return this.#at <= this.end;
  }

  /** @returns the value, exact up to 2^53; -1 if it is cut short, over ten bytes or over 64 bits. */
  #varint(): number {
    let value = 0;
    let factor = 1;
    const stop = Math.min(this.end, this.#at + 10);
    for (let at = this.#at; at < stop; at++) {
      const byte = this.bytes[at];
      value += (byte & 0x7f) * factor;
      if (byte < 0x80) {
        const tooLong = at - this.#at === 9 && byte > 1;
        this.#at = at + 1;
        return tooLong ? -1 : value;
      }
      factor *= 128;
    }
    return -1;
  }

  #fail(): boolean {
    this.malformed = true;
    return false;
  }
}
