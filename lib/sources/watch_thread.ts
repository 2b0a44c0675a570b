import type { Log } from "../model/mod.ts";
import type { WatchNews, WatchOrder } from "./_watch_messages.ts";

/** What a tree of directories needs of whoever watches it. */
export interface DirectoryWatch {
  /** Whether events are heard. */
  readonly watching: boolean;
  /**
   * Watches these directories from now on and no others.
   *
   * @param directories By path, each with a text that changes when the directory is another one under the same name.
   * @param now Milliseconds of a clock that never jumps.
   * @returns Milliseconds after which this has to be called again, `Infinity` if all is done.
   */
  watch(directories: ReadonlyMap<string, string>, now: number): number;
  /** Ends all watches. */
  close(): void;
}

/** How a {@linkcode WatchThread} is made. */
export interface WatchThreadParts {
  readonly log: Log;
  /** Milliseconds between questions whether the thread lives; five seconds unless told. */
  readonly interval?: number;
  /** Milliseconds until the first thread that hung is replaced, twice as long for each further one; a minute unless told. */
  readonly pause?: number;
}

const INTERVAL = 5000;
const PAUSE = 60_000;
const LONGEST_PAUSE = 86_400_000;

interface Client {
  directories: ReadonlyMap<string, string> | null;
  watching: boolean;
  readonly onHint: () => void;
}

/**
 * Watches directories in a thread of its own. The runtime's watcher opens what an event is about: a named pipe in a
 * watched directory stops it, and everybody who asks it anything after that. Whoever may write into one volume must not
 * be able to stop the agent with that.
 *
 * - Nothing here waits for the thread.
 * - A thread that does not answer is given up and replaced a while later; meanwhile changes are found by looking.
 */
export class WatchThread {
  readonly #log: Log;
  #pause: number;
  readonly #clients = new Map<number, Client>();
  readonly #pulse: ReturnType<typeof setInterval>;
  #worker: Worker | null = null;
  #lastId = 0;
  #asked = false;
  #retryAt = -Infinity;

  constructor({ log, interval = INTERVAL, pause = PAUSE }: WatchThreadParts) {
    this.#log = log;
    this.#pause = pause;
    this.#pulse = setInterval(() => this.#askWhetherItLives(), interval);
    Deno.unrefTimer(this.#pulse as unknown as number);
  }

  /** A place among those that the thread watches for. */
  join(onHint: () => void): DirectoryWatch {
    const id = ++this.#lastId;
    const client: Client = { directories: null, watching: true, onHint };
    this.#clients.set(id, client);
    const send = (order: WatchOrder) => this.#thread()?.postMessage(order);
    return {
      get watching() {
        return client.watching;
      },
      watch(directories) {
        if (client.directories !== null && sameDirectories(directories, client.directories)) return Infinity;
        client.directories = directories;
        send({ kind: "watch", client: id, directories });
        return Infinity;
      },
      close: () => {
        this.#clients.delete(id);
        this.#worker?.postMessage({ kind: "close", client: id } satisfies WatchOrder);
      },
    };
  }

  /** Ends the thread, whatever it does. */
  close(): void {
    clearInterval(this.#pulse);
    this.#worker?.terminate();
    this.#worker = null;
    this.#retryAt = Infinity;
  }

  #thread(): Worker | null {
    if (this.#worker !== null || performance.now() < this.#retryAt) return this.#worker;
    this.#asked = false;
    const worker = new Worker(new URL("./_watch_worker.ts", import.meta.url), { type: "module" });
    worker.onmessage = ({ data }: MessageEvent<WatchNews>) => {
      if (worker === this.#worker) this.#hear(data);
    };
    worker.onerror = (event) => {
      event.preventDefault();
      if (worker === this.#worker) this.#giveUp(event.message);
    };
    return this.#worker = worker;
  }

  #hear(news: WatchNews): void {
    if (news.kind === "pong") this.#asked = false;
    else if (news.kind === "log") this.#log[news.level](news.sentence, news.fields);
    else {
      const client = this.#clients.get(news.client);
      if (client === undefined) return;
      if (news.kind === "hint") return client.onHint();
      if (client.watching === news.watching) return;
      client.watching = news.watching;
      client.onHint();
    }
  }

  #askWhetherItLives(): void {
    if (this.#worker === null) return this.#beginAgain();
    if (this.#asked) return this.#giveUp("it does not answer");
    this.#asked = true;
    this.#worker.postMessage({ kind: "ping" } satisfies WatchOrder);
  }

  #giveUp(why: string): void {
    this.#log.warn("file events are heard no more, changes are found by looking", { why });
    this.#worker?.terminate();
    this.#worker = null;
    this.#retryAt = performance.now() + this.#pause;
    // What hangs cannot be ended and keeps its memory: whoever makes pipes on purpose must not make many of them.
    this.#pause = Math.min(this.#pause * 2, LONGEST_PAUSE);
    for (const client of this.#clients.values()) {
      client.watching = false;
      client.onHint();
    }
  }

  #beginAgain(): void {
    const waiting = [...this.#clients].filter(([, { directories }]) => directories !== null);
    if (waiting.length === 0) return;
    const worker = this.#thread();
    for (const [client, { directories }] of waiting) {
      worker?.postMessage({ kind: "watch", client, directories: directories! } satisfies WatchOrder);
    }
  }
}

function sameDirectories(a: ReadonlyMap<string, string>, b: ReadonlyMap<string, string>): boolean {
  if (a === b) return true;
  if (a.size !== b.size) return false;
  for (const [path, mark] of a) if (b.get(path) !== mark) return false;
  return true;
}
