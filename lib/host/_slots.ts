/** Lets at most so many tasks run at a time; the others wait in the order they came. */
export class Slots {
  #free: number;
  #waiting: (() => void)[] = [];

  /** @param count How many may run at a time. */
  constructor(count: number) {
    this.#free = count;
  }

  /** Runs the task when a slot is free, and gives back what it gives. */
  async use<T>(task: () => Promise<T>): Promise<T> {
    if (this.#free > 0) this.#free--;
    else await new Promise<void>((resolve) => this.#waiting.push(resolve));
    try {
      return await task();
    } finally {
      const next = this.#waiting.shift();
      if (next) next();
      else this.#free++;
    }
  }
}
