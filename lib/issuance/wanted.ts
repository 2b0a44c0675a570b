import type { Intent } from "../issuers/mod.ts";
import type { Log, ObjectKey, ObjectName } from "../model/mod.ts";
import type { Book } from "./book.ts";
import { findIssuer } from "./find_issuer.ts";
import { intentDigest } from "./intent_digest.ts";
import { type IssuedPair, type OpenIssuer, withClock } from "./issued_pair.ts";
import { hasChanged, loadPair, recordAtStart } from "./load_pair.ts";
import { freshRecord, type PairRecord } from "./pair_record.ts";
import type { BackOffWishes } from "./schedule.ts";

/** What is needed to know what is wanted and what is there. */
export interface WantedParts {
  readonly book: Book;
  readonly output: string;
  readonly log: Log;
  readonly issuers: readonly OpenIssuer[];
  readonly wishes: BackOffWishes;
  /** Milliseconds since the epoch. */
  readonly time: () => number;
  /** Called when wishes, and what is on disk, are known. */
  readonly onSettled: () => void;
}

/** Of a pair that nobody asks for and that is not there nothing is remembered after this: wishes may come back. */
const FORGET_AFTER = 7 * 86_400_000;
/** So many pairs are read at a time. */
const READERS = 8;

/** The pairs that are wanted, or were, with what is remembered of them and what is on disk. */
export class Wanted {
  /** All of them. */
  readonly pairs = new Map<ObjectKey, IssuedPair>();
  readonly #parts: WantedParts;
  /** What is done one after the other. */
  #queue: Promise<void> = Promise.resolve();
  #queued = 0;
  #latest: readonly Intent[] = [];

  constructor(parts: WantedParts) {
    this.#parts = parts;
  }

  /** Whether wishes have come that are not known yet. */
  get isBusy(): boolean {
    return this.#queued > 0;
  }

  /** Wanted pairs of which nothing is known yet. */
  unread(): ObjectKey[] {
    if (!this.isBusy) return [];
    return this.#latest.map(keyOf).filter((key) => !this.pairs.has(key));
  }

  settled(): Promise<void> {
    return this.#queue;
  }

  /** Reads what is remembered of earlier runs. */
  async open(): Promise<void> {
    const { book, output, log, wishes, time } = this.#parts;
    await eachOf([...book.entries()], async ([key, record]) => {
      const loaded = await loadPair(output, nameOf(key), log);
      const now = time();
      const known = recordAtStart(record, loaded, { now, wishes });
      if (loaded === null && now - record.since > FORGET_AFTER) return await book.remove(key);
      this.pairs.set(key, { ...newPair(key, known), stored: loaded?.stored ?? null });
    });
  }

  /** Takes what is wanted in the place of what was. */
  use(intents: readonly Intent[]): void {
    this.#latest = intents;
    this.#then(async () => {
      // Only the latest wishes count.
      if (this.#latest !== intents) return;
      const wanted = new Map<ObjectKey, Intent>();
      for (const intent of intents) if (!wanted.has(keyOf(intent))) wanted.set(keyOf(intent), intent);
      for (const pair of [...this.pairs.values()]) if (!wanted.has(pair.key)) await this.#leave(pair);
      await eachOf([...wanted], ([key, intent]) => this.#want(key, intent));
    });
  }

  /** Looks whether somebody has put other pairs on disk. */
  refresh(): void {
    this.#then(() => eachOf([...this.pairs.values()], (pair) => this.#look(pair)));
  }

  #then(run: () => Promise<void>): void {
    this.#queued++;
    this.#queue = this.#queue.then(run).catch((error) => {
      this.#parts.log.error("what certificates are wanted could not be taken in", { error });
    }).finally(() => {
      this.#queued--;
      if (this.#queued === 0) this.#parts.onSettled();
    });
  }

  async #want(key: ObjectKey, intent: Intent): Promise<void> {
    const digest = intentDigest(intent);
    const pair = this.pairs.get(key) ?? newPair(key, freshRecord(key, digest));
    if (pair.digest !== digest) {
      pair.abort?.abort();
      await pair.ending;
      // What was asked for and is not stored is not wanted any more, and earlier failures say nothing about this.
      pair.record = freshRecord(key, digest);
      pair.digest = digest;
      pair.trouble = "";
      pair.restUntil = -Infinity;
    }
    pair.intent = intent;
    pair.issuer = findIssuer(this.#parts.issuers, intent);
    await this.#look(pair);
    this.pairs.set(key, pair);
  }

  /** Nobody asks for a pair any more. What was being asked for is given up. */
  async #leave(pair: IssuedPair): Promise<void> {
    pair.abort?.abort();
    await pair.ending;
    pair.intent = null;
    pair.issuer = null;
    await this.#look(pair);
  }

  async #look(pair: IssuedPair): Promise<void> {
    pair.record = withClock(pair.record, this.#parts.time());
    const { output, log } = this.#parts;
    const name = nameOf(pair.key);
    const isIssuing = () => pair.busy === "issuing";
    if (isIssuing() || !await hasChanged(output, name, pair)) return;
    const loaded = await loadPair(output, name, log);
    // An attempt that began meanwhile knows better.
    if (!isIssuing()) pair.stored = loaded?.stored ?? null;
  }
}

function newPair(key: ObjectKey, record: PairRecord): IssuedPair {
  return {
    key,
    intent: null,
    digest: record.digest,
    issuer: null,
    record,
    stored: null,
    busy: null,
    abort: null,
    ending: null,
    trouble: "",
    restUntil: -Infinity,
  };
}

const keyOf = ({ namespace, name }: ObjectName): ObjectKey => `${namespace}/${name}`;

function nameOf(key: ObjectKey): ObjectName {
  const at = key.indexOf("/");
  return { namespace: key.slice(0, at), name: key.slice(at + 1) };
}

/** Does something with each, with so many at a time. */
async function eachOf<T>(all: readonly T[], run: (one: T) => Promise<void>): Promise<void> {
  const left = [...all].reverse();
  const work = async () => {
    for (let one = left.pop(); one !== undefined; one = left.pop()) await run(one);
  };
  await Promise.all(Array.from({ length: READERS }, work));
}
