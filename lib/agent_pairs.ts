import { choosePair, type JudgedPair } from "./health/mod.ts";
import type {
  Facts,
  Log,
  Material,
  ObjectKey,
  ObjectName,
  PairBytes,
  PairOrigin,
  PairState,
  Problem,
  SourceHealth,
} from "./model/mod.ts";
import { formatPair, type Keep, parsePair } from "./outputs/mod.ts";
import { readFacts } from "./pki/mod.ts";
import type { Config } from "./resources/mod.ts";
import type { VerdictStore } from "./server/mod.ts";
import { pairMaterial } from "./xds/mod.ts";
import { keyOf } from "./agent_names.ts";
import { chooseOptions, NOTHING } from "./agent_pairs_options.ts";
import { Sight } from "./agent_sight.ts";

/** A pair as it is on disk now. */
export interface Arrival extends ObjectName {
  readonly origin: PairOrigin;
  readonly pair: PairBytes;
  readonly facts: Facts;
  /** Why its files could not be read. */
  readonly problem: Problem | null;
  readonly hint: string;
  /** SHA-256 of the members in hex. */
  readonly hash: string;
  /** What is seen and not believed yet, and since when in milliseconds since the epoch. */
  readonly unsettled?: { readonly detail: string; readonly since: number } | null;
}

type PairMaterial = Extract<Material, { kind: "pair" }>;

/** A good pair of a name, with the source that it came from; empty where that is a resource. */
interface GoodPair extends ObjectName, Pick<JudgedPair, "pair" | "hash"> {
  readonly source: string;
  /** Made where it is asked for, as the next: nearly all good pairs are the ones that are there now. */
  certificates?: JudgedPair["certificates"];
  material?: PairMaterial;
}

/**
 * What is believed of every Secret name: verdicts on what arrived, and the last good pair of each name, which survives
 * a restart.
 */
export class PairBook {
  readonly #keep: Keep;
  readonly #log: Log;
  readonly #good = new Map<ObjectKey, GoodPair>();
  /** The good pairs before that, the newest first, for what Envoy refuses although it was judged to be good. */
  readonly #before = new Map<ObjectKey, readonly GoodPair[]>();
  readonly #sight = new Sight();
  /** Names of an earlier run that have not been seen in this one. */
  readonly #unseen = new Set<ObjectKey>();
  #begun: number | null = null;
  #materials = new Map<string, PairMaterial>();

  /** @param keep Where last good pairs are kept. */
  constructor(keep: Keep, log: Log) {
    this.#keep = keep;
    this.#log = log;
    for (const [key, bytes] of keep.entries()) {
      const kept = parsePair(bytes);
      if (kept === null) {
        log.warn("a kept pair is damaged and forgotten", { secret: key });
        keep.remove(key);
        continue;
      }
      const name = keyOf(kept);
      if (key === name + BEFORE) {
        this.#before.set(name, [kept]);
        continue;
      }
      this.#good.set(name, kept);
      this.#unseen.add(name);
    }
  }

  /**
   * Judges what arrived. A name that is out of sight is judged as unreadable, and its last good pair is held; one that
   * was taken away is forgotten.
   *
   * @param arrivals One per Secret name.
   * @param options What is judged with: everything known about contents, how the sources are, the configuration, and
   * the milliseconds to wait for Envoy's word on new pairs.
   * @param now Milliseconds since the epoch.
   */
  async judge(
    arrivals: readonly Arrival[],
    { store, sources, config, patience }: {
      readonly store: VerdictStore;
      readonly sources: readonly SourceHealth[];
      readonly config: Config;
      readonly patience: number;
    },
    now: number,
  ): Promise<Map<ObjectKey, PairState>> {
    const materials = this.#materialsOf(arrivals);
    await store.learn(materials, now + patience);
    const neverGate = new Set(config.neverGate);
    const options = chooseOptions(config);
    const states = new Map<ObjectKey, PairState>();
    const hidden = this.#lookAround(arrivals, sources, now);
    for (const arrival of [...arrivals, ...hidden.map(({ arrival }) => arrival)]) {
      const key = keyOf(arrival);
      const judged = this.#judged(arrival, store);
      const choose = (earlier: JudgedPair | null) =>
        choosePair(judged, earlier, now, { ...options, neverGate: neverGate.has(key) });
      const alone = choose(null);
      const choice = alone.verdict.action === "withhold"
        ? choose(this.#earlier(key, judged.hash, store))
        : alone;
      if (choice.served?.from === "current") this.#remember(key, arrival, judged);
      if (choice.served?.from === "held") this.#fallBack(key, choice.served.hash);
      const { namespace, name, origin, hint } = arrival;
      const state = { namespace, name, origin, hint, certificates: judged.certificates, ...choice };
      states.set(key, withUnsettled(state, arrival, now));
    }
    for (const { arrival, until } of hidden) {
      const state = states.get(keyOf(arrival))!;
      if (until !== null) {
        states.set(keyOf(arrival), { ...state, edge: Math.min(state.edge ?? until, until) });
      }
    }
    return states;
  }

  /** The names that are out of sight; those that were taken away are forgotten. */
  #lookAround(
    arrivals: readonly Arrival[],
    sources: readonly SourceHealth[],
    now: number,
  ): { arrival: Arrival; until: number | null }[] {
    const present = new Set(arrivals.map(keyOf));
    const names = new Map([...this.#good].map(([key, { source }]) => [key, source]));
    const outOfSight = this.#sight.look(names, sources, now);
    this.#begun ??= now;
    const isStart = now >= this.#begun && now < this.#begun + START_GRACE;
    const until = this.#begun + START_GRACE;
    for (const key of present) this.#unseen.delete(key);
    const hidden: { arrival: Arrival; until: number | null }[] = [];
    for (const [key, { namespace, name, source }] of this.#good) {
      if (present.has(key)) continue;
      const late = isStart && this.#unseen.has(key)
        ? { why: "it was not seen since the start", until }
        : null;
      const out = outOfSight(key) ?? late;
      if (out !== null) {
        const origin = { kind: "source", source, path: "" } as const;
        const problem = { cause: "file_unreadable", detail: out.why } as const;
        hidden.push({ arrival: { ...NOTHING, namespace, name, origin, problem }, until: out.until });
        continue;
      }
      this.#good.delete(key);
      this.#before.delete(key);
      this.#keep.remove(key + BEFORE);
      this.#keep.remove(key);
      this.#log.info("a pair was taken away, its last good version is forgotten", { secret: key });
    }
    return hidden;
  }

  #materialsOf(arrivals: readonly Arrival[]): PairMaterial[] {
    const next = new Map<string, PairMaterial>();
    for (const { pair, facts, problem, hash } of arrivals) {
      if (problem === null) next.set(hash, this.#materials.get(hash) ?? pairMaterial(pair, facts));
    }
    this.#materials = next;
    return [...next.values()];
  }

  #judged(arrival: Arrival, store: VerdictStore): JudgedPair & { problem: Problem | null } {
    const { pair, facts, problem, hash } = arrival;
    const material = this.#materials.get(hash);
    const summary = problem === null && material ? store.summaryOf(material) : facts;
    return { pair, hash, summary, certificates: facts.certificates, problem };
  }

  /** The newest earlier pair that nobody has refused since; of any that were, the newest. */
  #earlier(key: ObjectKey, hash: string, store: VerdictStore): JudgedPair | null {
    const good = this.#good.get(key);
    const earlier = [...good === undefined ? [] : [good], ...this.#before.get(key) ?? []]
      .filter((one) => one.hash !== hash).map((one) => {
        one.material ??= pairMaterial(one.pair);
        one.certificates ??= readFacts(one.pair).certificates;
        // Asked anew each time: a running Envoy may have refused it in the meantime.
        return { ...one, certificates: one.certificates, summary: store.summaryOf(one.material) };
      });
    return earlier.find(({ summary }) => summary.problem === null) ?? earlier[0] ?? null;
  }

  #setBefore(key: ObjectKey, pairs: readonly GoodPair[]): void {
    this.#before.set(key, pairs);
    if (pairs.length > 0) this.#keep.put(key + BEFORE, formatPair(pairs[0]));
    else this.#keep.remove(key + BEFORE);
  }

  /** A pair that was good until Envoy refused it is not the last good one: that is one before it. */
  #fallBack(key: ObjectKey, hash: string): void {
    const before = this.#before.get(key) ?? [];
    const index = before.findIndex((one) => one.hash === hash);
    if (index < 0 || this.#good.get(key)?.hash === hash) return;
    this.#good.set(key, before[index]);
    this.#setBefore(key, before.slice(index + 1));
    this.#keep.put(key, formatPair(before[index]));
  }

  #remember(key: ObjectKey, { namespace, name, origin }: Arrival, judged: JudgedPair): void {
    const before = this.#good.get(key);
    const source = origin.kind === "source" ? origin.source : "";
    const { hash } = judged;
    const good = { namespace, name, source, hash, pair: judged.pair, certificates: judged.certificates };
    this.#good.set(key, good);
    if (before !== undefined && before.hash !== hash) {
      const others = (this.#before.get(key) ?? []).filter((one) => one.hash !== hash);
      this.#setBefore(key, [before, ...others].slice(0, MOST_BEFORE));
    }
    if (before?.hash === hash && before.source === source) return;
    this.#keep.put(key, formatPair(good));
  }
}

// One may be refused after the next has come already.
const MOST_BEFORE = 2;
/** Behind the name of a pair: the one before it. An Envoy may refuse the newer one only after a restart. */
const BEFORE = " before";

// At boot certgate may be there before the last volume is.
const START_GRACE = 5000;
// A renewal is long over by then.
const UNSETTLED = 30_000;

/** Says it where the files of a pair do not come to rest, or do not fit together for long. */
function withUnsettled(state: PairState, { unsettled }: Arrival, now: number): PairState {
  if (!unsettled) return state;
  const from = unsettled.since + UNSETTLED;
  if (now < from) return { ...state, edge: Math.min(state.edge ?? from, from) };
  const message = `What its files hold now is not believed: ${unsettled.detail}`;
  return { ...state, warnings: [...state.warnings, { code: "FilesUnsettled", message }] };
}
