import { type Hook, HOOKS } from "./model/mod.ts";
import type { HookHandler } from "./server/mod.ts";

// What is left has to be enough for the answer itself.
const SHARE_OF_DEADLINE = 0.7;

/**
 * Keeps hook calls waiting until certificates and policies have been read once. The door is open before, so that Envoy
 * Gateway finds somebody and its call waits; an answer without the policies would take the WAF away for a moment.
 */
export class CallHold {
  readonly #deadline: () => number;
  readonly #opened = Promise.withResolvers<void>();
  #open = false;

  /** @param deadline Within how many milliseconds every call has to end. */
  constructor(deadline: () => number) {
    this.#deadline = deadline;
    // Nobody may be waiting when it is given up.
    this.#opened.promise.catch(() => {});
  }

  /** The handlers, each of which waits for {@linkcode CallHold.open}; a call that has to wait too long fails. */
  wrap(handlers: Readonly<Record<Hook, HookHandler>>): Record<Hook, HookHandler> {
    const wrapped = HOOKS.map((hook): [Hook, HookHandler] => [hook, async (request, waited = 0) => {
      const began = performance.now();
      if (!this.#open) await this.#wait();
      // The deadline is for the whole call, what it has waited here included.
      return await handlers[hook](request, waited + performance.now() - began);
    }]);
    return Object.fromEntries(wrapped) as Record<Hook, HookHandler>;
  }

  /** Everything is read: whoever waits is answered. */
  open(): void {
    this.#open = true;
    this.#opened.resolve();
  }

  /** It will never be: whoever waits, and whoever comes, is told so. */
  giveUp(): void {
    this.#opened.reject(new Error("Cannot answer: certgate does not start"));
  }

  async #wait(): Promise<void> {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const late = new Promise<never>((_, reject) => {
      const error = new Error(
        "Cannot answer yet: certificates and policies are being read for the first time",
      );
      timer = setTimeout(() => reject(error), this.#deadline() * SHARE_OF_DEADLINE);
    });
    try {
      await Promise.race([this.#opened.promise, late]);
    } finally {
      clearTimeout(timer);
    }
  }
}
