const RECHECK = 100;

/** Work that is asked for often and done seldom. */
export interface Loop {
  /** The work is to be done soon; wishes that come before it begins are one. */
  poke(): void;
  /** Whether something was asked for that is not done. */
  readonly pending: boolean;
  /** Resolves when everything asked for so far is done. */
  settled(): Promise<void>;
  /** Lets the work under way end and begins no other. */
  stop(): Promise<void>;
}

/**
 * Makes a loop: never two at a time, the first at once, and after one that said yes the next no sooner than `spacing`, so
 * that a storm of changes is a few pieces of work.
 *
 * @param work What is to be done; says whether the next is to keep its distance. Its errors go to `onError`.
 * @param spacing Milliseconds from the begin of a piece of work that said yes to the begin of the next.
 */
export function makeLoop(
  work: () => Promise<boolean>,
  { spacing, mayBegin = () => true, onError }: {
    readonly spacing: number | (() => number);
    /** Asked before each piece of work; a no is asked again soon. */
    readonly mayBegin?: () => boolean;
    readonly onError: (error: unknown) => void;
  },
): Loop {
  let wanted = false;
  let stopped = false;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let running: Promise<void> = Promise.resolve();
  let busy = false;
  let earliest = -Infinity;
  let idle = Promise.withResolvers<void>();
  idle.resolve();
  const begin = () => {
    if (!mayBegin()) {
      timer = setTimeout(begin, RECHECK);
      return;
    }
    timer = undefined;
    wanted = false;
    busy = true;
    const begun = performance.now();
    running = work().catch((error) => {
      onError(error);
      return true;
    }).then((distant) => {
      if (distant) earliest = begun + (typeof spacing === "number" ? spacing : spacing());
      busy = false;
      if (wanted && !stopped) arm();
      else idle.resolve();
    });
  };
  const arm = () => timer = setTimeout(begin, Math.max(0, earliest - performance.now()));
  return {
    poke() {
      if (stopped || wanted) return;
      if (!busy) idle = Promise.withResolvers<void>();
      wanted = true;
      if (!busy) arm();
    },
    get pending() {
      return wanted || busy;
    },
    settled: () => idle.promise,
    async stop() {
      stopped = true;
      clearTimeout(timer);
      await running;
      idle.resolve();
    },
  };
}
