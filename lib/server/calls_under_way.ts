/** Which hook calls have begun and not ended, so that one that hangs is noticed. */
export class CallsUnderWay {
  readonly #begun = new Set<{ readonly at: number }>();
  readonly #monotonic: () => number;

  /** @param monotonic A clock that never jumps, in milliseconds; default `performance.now`. */
  constructor(monotonic: () => number = () => performance.now()) {
    this.#monotonic = monotonic;
  }

  /** Takes note of a call; what is returned is called at its end. */
  begin(): () => void {
    const call = { at: this.#monotonic() };
    this.#begun.add(call);
    return () => void this.#begun.delete(call);
  }

  /** How long the oldest call has been under way, in milliseconds; 0 if there is none. */
  longest(): number {
    // A set keeps the order in which its members came.
    for (const { at } of this.#begun) return this.#monotonic() - at;
    return 0;
  }
}
