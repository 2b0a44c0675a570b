import { createHash } from "node:crypto";
import type {
  BundleState,
  DeliveryWay,
  ObjectKey,
  PairBytes,
  PairState,
  Placeholder,
  ServedPair,
} from "./model/mod.ts";
import { makePlaceholder } from "./pki/mod.ts";
import { makeSdsResource, SdsBook, type SdsResource } from "./server/mod.ts";

/** What something under a name was made of. */
export type Origin =
  | { readonly kind: "pair"; readonly pair: PairBytes }
  | { readonly kind: "bundle"; readonly bundles: readonly { readonly key: string; readonly hash: string }[] };

/** What stands under a name. */
type Item = Origin & { readonly hash: string; readonly resource: SdsResource };

/** How the shelf is filled. */
export interface FillParts {
  /** How a pair is delivered. */
  readonly wayOf: (pair: PairState) => DeliveryWay;
  readonly bundles: readonly BundleState[];
  /** Whether an Envoy asks for a name now. */
  readonly isAsked: (name: ObjectKey) => boolean;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/** How names of bundles begin. */
const TRUST = "trust/";
/** Namespace and name follow. A pair in a namespace of that name has one slash. */
const BUNDLES = /^trust\/[^/]*\//;
// An Envoy that refuses a pair may be replaced by one that takes it.
const PARDON = 600_000;
// Words on a version come when the next is there already, and rarely much later.
const MOST_PAST = 3;

/** Everything that Envoys are given by name, made once for each content. */
export class SdsShelf {
  readonly book: SdsBook;
  #items = new Map<string, Item>();
  #derived = new Map<string, Item>();
  #bundles: ReadonlyMap<string, BundleState> = new Map();
  #served: ReadonlyMap<string, ServedPair> = new Map();
  readonly #placeholders = new Map<ObjectKey, { readonly names: string; readonly made: Placeholder }>();
  readonly #refusedAt = new Map<string, number>();
  /** Versions that were replaced, the newest first, and what they were made of. */
  readonly #past = new Map<string, readonly { readonly version: string; readonly origin: Origin }[]>();

  constructor() {
    this.book = new SdsBook({ derive: (name) => this.#derive(name)?.resource });
  }

  /** Puts out what is served now; the Envoys that ask for something of it hear of it at once. */
  fill(pairs: ReadonlyMap<ObjectKey, PairState>, parts: FillParts): Map<ObjectKey, PairState> {
    const items = new Map<string, Item>();
    const states = new Map<ObjectKey, PairState>();
    const served = new Map<string, ServedPair>();
    for (const [key, state] of pairs) {
      const way = parts.wayOf(state);
      if (state.served !== null) {
        served.set(key, state.served);
        if (way === "sds" || parts.isAsked(key)) {
          items.set(key, this.#pairItem(key, state.served, this.#items.get(key) ?? this.#derived.get(key)));
        }
      }
      states.set(key, way === "sds" ? this.#withPlaceholder(key, state) : state);
    }
    for (const key of this.#placeholders.keys()) {
      if (states.get(key)?.delivery !== "sds") this.#placeholders.delete(key);
    }
    this.#bundles = new Map(parts.bundles.map((bundle) => [`${bundle.namespace}/${bundle.name}`, bundle]));
    for (const key of this.#bundles.keys()) {
      const item = this.#bundleItem([key], this.#items.get(TRUST + key));
      if (item !== null) items.set(TRUST + key, item);
    }
    this.#remember(items);
    for (const name of this.#derived.keys()) {
      if (parts.isAsked(name as ObjectKey)) continue;
      this.#derived.delete(name);
      this.book.forget(name);
    }
    this.#items = items;
    this.#served = served;
    this.#pardon(parts.now);
    this.book.use(new Map([...items].map(([name, { resource }]) => [name, resource])));
    return states;
  }

  /** The pair that is served under a name, whichever way it goes. */
  pair(name: string): ServedPair | null {
    return this.#served.get(name) ?? null;
  }

  /** Whether Envoy Gateway was given a placeholder of a name. */
  isDirect(name: string): boolean {
    return this.#placeholders.has(name as ObjectKey);
  }

  /** The bundle that is served under `namespace/name`, as PEM text. */
  bundle(key: string): Uint8Array | null {
    return this.#bundles.get(key)?.served ?? null;
  }

  /** What a version of a name is, or not long ago was, made of. */
  find(name: string, version: string): Origin | null {
    const item = this.#items.get(name) ?? this.#derived.get(name);
    if (item?.resource.version === version) return item;
    return this.#past.get(name)?.find((past) => past.version === version)?.origin ?? null;
  }

  /** Notes when an Envoy refused something. @param now Milliseconds since the epoch. */
  refused(name: string, now: number): void {
    this.#refusedAt.set(name, now);
  }

  /** An Envoy may be at work on what is replaced. */
  #remember(items: ReadonlyMap<string, Item>): void {
    for (const [name, item] of this.#items) {
      const next = items.get(name);
      if (next === undefined) this.#past.delete(name);
      else if (next.resource.version !== item.resource.version) {
        const { resource: { version }, ...origin } = item;
        const others = (this.#past.get(name) ?? []).filter((past) => past.version !== version);
        this.#past.set(name, [{ version, origin }, ...others].slice(0, MOST_PAST));
      }
    }
  }

  #pairItem(name: string, { hash, pair }: ServedPair, known: Item | undefined): Item {
    if (known?.kind === "pair" && known.hash === hash) return known;
    return { kind: "pair", hash, pair, resource: makeSdsResource(name, { kind: "pair", pair }) };
  }

  /** @returns `null` where one of the bundles has nobody in it: to leave it out would be to trust by the others alone. */
  #bundleItem(keys: readonly string[], known: Item | undefined): Item | null {
    // Whoever asks for one a thousand times over is no policy, and gets nothing.
    if (new Set(keys).size < keys.length) return null;
    const bundles = keys.map((key) => this.#bundles.get(key));
    const parts = bundles.flatMap((bundle) => bundle?.served ? [bundle.served] : []);
    if (parts.length < keys.length) return null;
    const hash = bundles.map((bundle) => bundle!.hash).join("+");
    if (known?.hash === hash) return known;
    const newline = new Uint8Array([10]);
    const bundle = Buffer.concat(parts.flatMap((part) => [part, newline]));
    const name = TRUST + keys.join("+");
    return {
      kind: "bundle",
      hash,
      bundles: keys.map((key, index) => ({ key, hash: bundles[index]!.hash })),
      resource: makeSdsResource(name, { kind: "trust", bundle }),
    };
  }

  /**
   * What only stands here while somebody asks for it: several bundles of one policy, which are one name, and pairs that go
   * through Envoy Gateway now, for which it may still have a placeholder.
   */
  #derive(name: string): Item | null {
    const known = this.#derived.get(name);
    const pair = this.#served.get(name);
    const item = BUNDLES.test(name)
      ? this.#bundleItem(name.slice(TRUST.length).split("+"), known)
      : pair === undefined
      ? null
      : this.#pairItem(name, pair, known);
    if (item === null) this.#derived.delete(name);
    else this.#derived.set(name, item);
    return item;
  }

  #withPlaceholder(key: ObjectKey, state: PairState): PairState {
    if (state.served === null) return { ...state, delivery: "sds" };
    const names = [...new Set(state.served.leaf.names)].sort();
    const known = this.#placeholders.get(key);
    const text = names.join(" ");
    if (known?.names === text) return { ...state, delivery: "sds", placeholder: known.made };
    const pair = makePlaceholder({ names });
    const hash = createHash("sha256").update(pair.certificate).digest("hex");
    const made: Placeholder = { pair, hash };
    this.#placeholders.set(key, { names: text, made });
    return { ...state, delivery: "sds", placeholder: made };
  }

  #pardon(now: number): void {
    for (const [name, at] of this.#refusedAt) {
      if (now < at + PARDON) continue;
      this.#refusedAt.delete(name);
      this.book.pardon(name);
    }
  }
}
