/** How much of the time that a call has is gone. Measured by a clock that never jumps. */
export class Deadline {
  readonly #begun: number;

  /**
   * @param total Milliseconds that the call has.
   * @param waited Milliseconds of them that are gone already.
   */
  constructor(readonly total: number, waited = 0) {
    this.#begun = performance.now() - waited;
  }

  /** Milliseconds until a share of the time is used up; 0 if it is. */
  until(share: number): number {
    return Math.max(0, this.total * share - (performance.now() - this.#begun));
  }
}

/** Waits. @param milliseconds How long. */
export function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
