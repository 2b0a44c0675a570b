/** Milliseconds within which a place answers, or counts as hanging. */
const PATIENCE = 1000;

/**
 * Asks whether a place on disk answers at all, without waiting for it: a network file system whose server is away holds
 * every call, and a synchronous one would hold the whole program with it.
 */
export class Probe {
  readonly #ask: (path: string) => Promise<unknown>;
  readonly #patience: number;
  #pending: Promise<void> | null = null;

  /** @param ask Any asynchronous call that touches the path; whether it fails is of no interest. */
  constructor(ask: (path: string) => Promise<unknown> = Deno.stat, patience: number = PATIENCE) {
    this.#ask = ask;
    this.#patience = patience;
  }

  /** Whether the path answers. One that hangs is asked once, and is said to hang until that call ends. */
  async answers(path: string): Promise<boolean> {
    if (this.#pending !== null) return false;
    const ended = () => {
      this.#pending = null;
    };
    const pending = this.#ask(path).then(ended, ended);
    this.#pending = pending;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const late = new Promise<void>((resolve) => timer = setTimeout(resolve, this.#patience));
    await Promise.race([pending, late]);
    clearTimeout(timer);
    return this.#pending === null;
  }
}
