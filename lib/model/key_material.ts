/**
 * Bytes of a private key that print as dots, whoever prints them (promise 10 of the design: keys stay secret).
 *
 * `open()` is the only way to the bytes; search for its callers to know everybody who sees a key.
 */
export class KeyMaterial {
  readonly #bytes: Uint8Array;

  /**
   * Takes the bytes in.
   *
   * @param bytes The key as it was read; kept by reference, not copied.
   */
  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  /** The bytes themselves. */
  open(): Uint8Array {
    return this.#bytes;
  }

  /** How many bytes there are; zero is an empty file. */
  get length(): number {
    return this.#bytes.byteLength;
  }

  /** Dots. */
  toJSON(): string {
    return "••••";
  }

  /** Dots. */
  toString(): string {
    return "••••";
  }

  /** Dots. */
  [Symbol.for("Deno.customInspect")](): string {
    return "KeyMaterial(••••)";
  }

  /** Dots. */
  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return "KeyMaterial(••••)";
  }
}
