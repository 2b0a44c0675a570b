import type { SdsNode } from "../../xds/mod.ts";
import type { SdsResource } from "./sds_resource.ts";
import type { SdsMethod } from "./sds_server_status.ts";

/** What a stream can do with its connection. */
export interface Sink {
  /** @returns false if the connection wants to be left alone until {@linkcode SdsStream.drained}. */
  write(bytes: Uint8Array): boolean;
}

/** What differs between the two kinds of streams. */
export interface Dialect {
  readonly method: SdsMethod;
  /**
   * Responses that may wait for an answer at once. More than one only where an answer tells which it is about, whatever
   * came after it.
   */
  readonly window: number;
  encode(resource: SdsResource, nonce: string): Uint8Array;
  /** Says that there is nothing under a name. */
  encodeNothing(name: string, nonce: string): Uint8Array;
  /** Whether a client that holds something is told that there is nothing any more. */
  readonly takesAway: boolean;
}

/** What a stream has to know of, and tells of. */
export interface Desk {
  offer(name: string): SdsResource | undefined;
  has(name: string): boolean;
  subscribed(name: string, stream: SdsStream): void;
  unsubscribed(name: string, stream: SdsStream): void;
  pushed(resource: SdsResource, bytes: number): void;
  accepted(resource: SdsResource, seconds: number): void;
  /** Has to have the version out of the offers when it returns. */
  refused(resource: SdsResource, words: string, stream: SdsStream): void;
  unknown(name: string): void;
  /** Milliseconds that only go forward. */
  now(): number;
}

interface Subscription {
  /** What the client was sent last, or holds since before; empty if it is to be sent whatever there is. */
  version: string;
  /** What it has taken. */
  accepted: string;
  /** Whether it was told that there is nothing, since there last was something. */
  toldNothing: boolean;
  /** Whether it was told of to the desk as unknown. */
  unknown: boolean;
}

interface Response {
  readonly name: string;
  /** `null` where it says that there is nothing. */
  readonly resource: SdsResource | null;
  readonly at: number;
}

/**
 * One stream of an Envoy: names asked for, and responses without an answer yet. One secret in a response, so that a refusal
 * names it; of a name at most one waits for an answer, and then the newest follows, whatever there was between.
 */
export class SdsStream {
  node: SdsNode | null = null;
  readonly #subscriptions = new Map<string, Subscription>();
  /** Names to be looked at, the oldest first. */
  readonly #due = new Set<string>();
  /** By nonce. */
  readonly #unanswered = new Map<string, Response>();
  #nonces = 0;
  #free = true;
  #pumping = false;
  #closed = false;

  constructor(readonly dialect: Dialect, readonly desk: Desk, readonly sink: Sink) {}

  /** The nonce of the last response; empty before the first. */
  get nonce(): string {
    return this.#nonces === 0 ? "" : this.#nonces.toString(36);
  }

  /** How many names it asks for. */
  get size(): number {
    return this.#subscriptions.size;
  }

  /** Names that it asks for. */
  names(): IterableIterator<string> {
    return this.#subscriptions.keys();
  }

  /** Whether the client has taken a version of a name. */
  hasAccepted(name: string, version: string): boolean {
    return version !== "" && this.#subscriptions.get(name)?.accepted === version;
  }

  /** Begins with a name, or begins anew. @param held Version that the client holds; empty if it does not. */
  subscribe(name: string, held: string): void {
    const unknown = this.#subscriptions.get(name)?.unknown ?? false;
    this.#subscriptions.set(name, { version: held, accepted: held, toldNothing: false, unknown });
    this.desk.subscribed(name, this);
    this.#due.add(name);
  }

  unsubscribe(name: string): void {
    this.#due.delete(name);
    if (this.#subscriptions.delete(name)) this.desk.unsubscribed(name, this);
  }

  /** Takes the answer to a response. One that is not waited for is passed over. @param error `null` if it was taken. */
  answer(nonce: string, error: string | null): void {
    const response = this.#unanswered.get(nonce);
    if (response === undefined) return;
    this.#unanswered.delete(nonce);
    const { name, resource, at } = response;
    // What came while the answer was waited for.
    this.#due.add(name);
    if (resource === null) return;
    const subscription = this.#subscriptions.get(name);
    if (error === null) {
      if (subscription?.version === resource.version) subscription.accepted = resource.version;
      this.desk.accepted(resource, (this.desk.now() - at) / 1000);
      return;
    }
    // The last good one is sent again, so that its acceptance is seen.
    if (subscription?.version === resource.version) subscription.version = "";
    this.desk.refused(resource, error, this);
  }

  /** Something under a name may be another. */
  changed(name: string): void {
    if (!this.#subscriptions.has(name)) return;
    this.#due.add(name);
    this.pump();
  }

  /** The connection takes bytes again. */
  drained(): void {
    this.#free = true;
    this.pump();
  }

  /** Sends what is due, as far as that is possible now. */
  pump(): void {
    // Whoever is told of something may change the book at once; what that makes due has its turn in the same loop.
    if (this.#pumping) return;
    this.#pumping = true;
    for (const name of this.#due) {
      if (this.#closed || !this.#free || this.#unanswered.size >= this.dialect.window) break;
      if (this.#isUnanswered(name)) continue;
      this.#due.delete(name);
      this.#send(name, this.#subscriptions.get(name));
    }
    this.#pumping = false;
  }

  /** Ends it; nothing is written from now on. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    for (const name of [...this.#subscriptions.keys()]) this.unsubscribe(name);
    this.#unanswered.clear();
  }

  #isUnanswered(name: string): boolean {
    for (const response of this.#unanswered.values()) if (response.name === name) return true;
    return false;
  }

  #send(name: string, subscription: Subscription | undefined): void {
    if (subscription === undefined) return;
    const resource = this.desk.offer(name);
    if (resource === undefined) return this.#sendNothing(name, subscription);
    subscription.toldNothing = false;
    if (subscription.version === resource.version) return;
    subscription.version = resource.version;
    const size = this.#write(name, resource, (nonce) => this.dialect.encode(resource, nonce));
    this.desk.pushed(resource, size);
  }

  #sendNothing(name: string, subscription: Subscription): void {
    if (!subscription.unknown) {
      subscription.unknown = true;
      this.desk.unknown(name);
      if (this.#due.has(name)) return;
    }
    // Whoever holds one is to go on with it, also where the book has only one that was refused.
    const takesAway = this.dialect.takesAway && !this.desk.has(name);
    if (subscription.toldNothing || (subscription.accepted !== "" && !takesAway)) return;
    subscription.toldNothing = true;
    subscription.version = subscription.accepted = "";
    this.#write(name, null, (nonce) => this.dialect.encodeNothing(name, nonce));
  }

  #write(name: string, resource: SdsResource | null, encode: (nonce: string) => Uint8Array): number {
    this.#nonces++;
    const { nonce } = this;
    const bytes = encode(nonce);
    this.#unanswered.set(nonce, { name, resource, at: this.desk.now() });
    this.#free = this.sink.write(bytes);
    return bytes.length;
  }
}
