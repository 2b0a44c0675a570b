/**
 * The thread in which directories are watched; see {@linkcode WatchThread}.
 *
 * @module
 */
import type { Log, LogFields } from "../model/mod.ts";
import type { WatchNews, WatchOrder } from "./_watch_messages.ts";
import { Watches } from "./_watches.ts";

/** The part of a worker's scope that is used; the types of the main thread do not have it. */
interface Scope {
  postMessage(news: WatchNews): void;
  onmessage: ((event: MessageEvent<WatchOrder>) => void) | null;
}

const scope = globalThis as unknown as Scope;

const say = (level: "debug" | "warn") => (sentence: string, fields: LogFields = {}) =>
  scope.postMessage({ kind: "log", level, sentence, fields });
const log: Log = { debug: say("debug"), info: say("debug"), warn: say("warn"), error: say("warn") };

/** The directories of one tree, armed again as soon as that may be. */
class Client {
  readonly #id: number;
  readonly #watches: Watches;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(id: number) {
    this.#id = id;
    this.#watches = new Watches({ log, onHint: () => scope.postMessage({ kind: "hint", client: id }) });
  }

  watch(directories: ReadonlyMap<string, string>): void {
    clearTimeout(this.#timer);
    const wait = this.#watches.watch(directories, performance.now());
    if (Number.isFinite(wait)) this.#timer = setTimeout(() => this.watch(directories), wait);
    scope.postMessage({ kind: "watching", client: this.#id, watching: this.#watches.watching });
  }

  close(): void {
    clearTimeout(this.#timer);
    this.#watches.close();
  }
}

const clients = new Map<number, Client>();

scope.onmessage = ({ data }) => {
  if (data.kind === "ping") return scope.postMessage({ kind: "pong" });
  let client = clients.get(data.client);
  if (data.kind === "close") {
    client?.close();
    clients.delete(data.client);
    return;
  }
  if (client === undefined) clients.set(data.client, client = new Client(data.client));
  client.watch(data.directories);
};
