import type { Log } from "../../model/mod.ts";
import type { Metrics } from "../../outputs/mod.ts";
import { plainLine } from "../../host/mod.ts";
import type { SdsNode } from "../../xds/mod.ts";
import { refusalWords } from "./_refusal_words.ts";
import type { Desk, SdsStream } from "./_stream.ts";
import type { SdsBook } from "./sds_book.ts";
import type { SdsEvents, SdsRefusal } from "./sds_events.ts";
import type { SdsResource } from "./sds_resource.ts";
import type { SdsClient, SdsMethod, SdsName } from "./sds_server_status.ts";

/** What the streams share. */
export interface DeskParts {
  readonly book: SdsBook;
  readonly events: SdsEvents;
  readonly log: Log;
  readonly metrics: Metrics;
  /** Milliseconds since the epoch. */
  readonly clock: () => number;
}

/** Characters of a name, or of a node, in the log. */
const LONGEST = 200;
/** Names that nobody has and that the log has told of; more is somebody who makes names up. */
const MOST_UNKNOWN = 10_000;
/** Milliseconds in which changes of the status are told together. */
const TOGETHER = 100;

/** Who asks for what, and what became of it. */
export class SdsDesk implements Desk {
  readonly #parts: DeskParts;
  readonly #subscribers = new Map<string, Set<SdsStream>>();
  readonly #clients = new Map<string, { -readonly [K in keyof SdsClient]: SdsClient[K] }>();
  readonly #refusals = new Map<string, SdsRefusal>();
  readonly #unknown = new Set<string>();
  readonly #unwatch: () => void;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(parts: DeskParts) {
    this.#parts = parts;
    this.#unwatch = parts.book.watch((names) => this.#changed(names));
    this.#showBook();
  }

  /** Hears of the book no more. */
  close(): void {
    this.#unwatch();
    clearTimeout(this.#timer);
  }

  now(): number {
    return performance.now();
  }

  offer(name: string): SdsResource | undefined {
    return this.#parts.book.offer(name);
  }

  has(name: string): boolean {
    return this.#parts.book.get(name) !== undefined;
  }

  /** A name was asked for once, and nobody waits for more. */
  glanced(name: string): void {
    if (!this.#subscribers.has(name)) this.#parts.book.forget(name);
  }

  joined(stream: SdsStream, node: SdsNode): void {
    const { method } = stream.dialect;
    const key = keyOf(node, method);
    let client = this.#clients.get(key);
    if (client === undefined) {
      client = { node: line(node.id), cluster: line(node.cluster), method, streams: 0 };
      this.#clients.set(key, client);
      this.#parts.log.info("an Envoy asks for secrets", {
        node: client.node,
        cluster: client.cluster,
        method,
      });
    }
    client.streams++;
    this.#showStreams();
  }

  left(stream: SdsStream): void {
    stream.close();
    const { node, dialect: { method } } = stream;
    const client = node === null ? undefined : this.#clients.get(keyOf(node, method));
    if (client === undefined) return;
    if (--client.streams === 0) {
      this.#clients.delete(keyOf(node!, method));
      const { node: id, cluster } = client;
      this.#parts.log.info("an Envoy asks for secrets no more", { node: id, cluster, method });
    }
    this.#showStreams();
  }

  wildcard(stream: SdsStream): void {
    const node = line(stream.node?.id ?? "");
    this.#parts.log.warn("an Envoy asks for all secrets and gets none, they are given out by name", { node });
  }

  subscribed(name: string, stream: SdsStream): void {
    const streams = this.#subscribers.get(name);
    if (streams === undefined) this.#subscribers.set(name, new Set([stream]));
    else streams.add(stream);
    this.#tell();
  }

  unsubscribed(name: string, stream: SdsStream): void {
    const streams = this.#subscribers.get(name);
    streams?.delete(stream);
    if (streams?.size === 0) {
      this.#subscribers.delete(name);
      this.#parts.book.forget(name);
    }
    this.#tell();
  }

  pushed({ kind }: SdsResource, bytes: number): void {
    this.#parts.metrics.add("certgate_sds_pushes_total", { kind });
    this.#parts.metrics.add("certgate_sds_bytes_sent_total", {}, bytes);
  }

  accepted({ name, version }: SdsResource, seconds: number): void {
    this.#parts.metrics.add("certgate_sds_acks_total");
    this.#parts.metrics.observe("certgate_sds_push_to_ack_duration_seconds", seconds);
    this.#parts.events.onAccepted(name, version, seconds);
    this.#tell();
  }

  refused({ name, version }: SdsResource, words: string, stream: SdsStream): void {
    const { book, events, log, metrics, clock } = this.#parts;
    metrics.add("certgate_sds_nacks_total");
    const node = line(stream.node?.id ?? "");
    const refusal = { name, version, message: refusalWords(words), node, at: clock() };
    this.#refusals.set(name, refusal);
    // Before anybody is told: the first thing that is put in its place must not meet it on offer.
    book.refuse(name, version);
    log.warn("an Envoy refused a secret", { name: line(name), version, message: refusal.message, node });
    events.onRefused(refusal);
    this.#tell();
  }

  unknown(name: string): void {
    const { events, log, metrics } = this.#parts;
    metrics.add("certgate_sds_unknown_names_total");
    if (!this.#unknown.has(name) && this.#unknown.size < MOST_UNKNOWN) {
      this.#unknown.add(name);
      log.warn("an Envoy asks for a secret that there is none of", { name: line(name) });
    }
    events.onUnknown(name);
  }

  /** Whether a stream asks for a name. */
  isSubscribed(name: string): boolean {
    return this.#subscribers.has(name);
  }

  /** How many names are asked for whose newest version not everybody who asks has taken. */
  pending(): number {
    return this.#countNames((name, streams) => {
      const version = this.offer(name)?.version;
      return version !== undefined && streams.some((stream) => !stream.hasAccepted(name, version));
    });
  }

  /** Clients in the order in which they came. */
  clients(): SdsClient[] {
    return [...this.#clients.values()].map((client) => ({ ...client }));
  }

  /** Every name that the book has or that is asked for. */
  names(): SdsName[] {
    const { book } = this.#parts;
    const names = new Set([...[...book.resources()].map(({ name }) => name), ...this.#subscribers.keys()]);
    return [...names].sort().map((name) => this.#describe(name));
  }

  #describe(name: string): SdsName {
    const resource = this.#parts.book.get(name);
    const version = resource?.version ?? "";
    const streams = [...this.#subscribers.get(name) ?? []];
    return {
      name,
      kind: resource?.kind ?? null,
      version,
      withheld: this.#parts.book.isRefused(name, version),
      subscribers: streams.length,
      acceptedBy: streams.filter((stream) => stream.hasAccepted(name, version)).length,
      lastRefusal: this.#refusals.get(name) ?? null,
    };
  }

  #changed(names: ReadonlySet<string>): void {
    for (const name of names) {
      // To be told of once more if it goes again.
      if (this.has(name)) this.#unknown.delete(name);
      else this.#refusals.delete(name);
      for (const stream of [...this.#subscribers.get(name) ?? []]) stream.changed(name);
    }
    this.#tell();
  }

  #countNames(counts: (name: string, streams: SdsStream[]) => boolean): number {
    let count = 0;
    for (const [name, streams] of this.#subscribers) if (counts(name, [...streams])) count++;
    return count;
  }

  #showBook(): void {
    const kinds = { pair: 0, validation: 0 };
    for (const { kind } of this.#parts.book.resources()) kinds[kind]++;
    for (const kind of ["pair", "validation"] as const) {
      this.#parts.metrics.set("certgate_sds_names", kinds[kind], { kind });
    }
  }

  #showStreams(): void {
    const streams = { StreamSecrets: 0, DeltaSecrets: 0 };
    for (const client of this.#clients.values()) streams[client.method] += client.streams;
    for (const method of ["StreamSecrets", "DeltaSecrets"] as const) {
      this.#parts.metrics.set("certgate_sds_streams", streams[method], { method });
    }
    this.#tell();
  }

  #tell(): void {
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      const unknown = this.#countNames((name) => this.offer(name) === undefined);
      this.#parts.metrics.set("certgate_sds_unknown_names", unknown);
      this.#parts.metrics.set("certgate_sds_pending_names", this.pending());
      this.#showBook();
      this.#parts.events.onChange();
    }, TOGETHER);
  }
}

const line = (text: string) => plainLine(text, LONGEST);

function keyOf({ id, cluster }: SdsNode, method: SdsMethod): string {
  return [id, cluster, method].join("\0");
}
