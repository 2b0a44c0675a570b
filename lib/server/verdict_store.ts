import { createHash } from "node:crypto";
import { applyAnswer, judgeTrust, verdictOf } from "../health/mod.ts";
import type { JudgeOptions, Log, Material, Summary, TrustVerdict } from "../model/mod.ts";
import type { KnownVerdict, Metrics } from "../outputs/mod.ts";
import { keepMembers, readTrust } from "../pki/mod.ts";
import type { Faults } from "./faults.ts";
import type { Confirmer } from "./confirmer.ts";
import { ContentMemo } from "./content_memo.ts";
import { pairVerdict } from "./_pair_verdict.ts";
import {
  ask,
  asTrustProblem,
  type PairMaterial,
  type Questions,
  rulesOn,
  summarise,
  type TrustMaterial,
} from "./_questions.ts";
import { settle } from "./_settle.ts";
import { spoiled } from "./_spoiled.ts";
import type { Learnt, LearntPair, LearntTrust } from "./learnt.ts";

/** What a {@linkcode VerdictStore} is made of. */
export interface VerdictStoreParts {
  readonly confirmer: Confirmer | null;
  /** Verdicts from before the restart, by SHA-256 of the content in hex. */
  readonly known: ReadonlyMap<string, KnownVerdict>;
  readonly clock: () => number;
  readonly log: Log;
  readonly metrics: Metrics;
  /** How dates are judged. */
  readonly judging?: JudgeOptions;
  /** Called after something new was learnt, so that it can be kept. */
  readonly onLearnt: () => void;
  /** What is to go wrong on purpose. Default nothing. */
  readonly faults?: Faults;
}

const MEMO_BYTES = 64 * 1024 * 1024;
const MOST_VERDICTS = 50_000;
// After the binary failed to answer, the rules stand alone for this long before it is asked again.
const PAUSE_AFTER_FAILURE = 60_000;
// The event loop is given back this often, so that health and metrics answer while thousands are judged.
const SLICE = 50;

const LEAVE: TrustVerdict = { ...verdictOf("leave", "not_judged"), filtered: null };

/**
 * Everything certgate believes about certificates, by their content.
 *
 * - A verdict is made once per content: by the rules at once, then by the host's Envoy binary, which has the last word.
 * - What is known is never asked again, by no call and after no restart; the time is judged at each look.
 * - Where Envoy cannot be asked in time the rules stand, and the material is asked about again later.
 */
export class VerdictStore {
  readonly #parts: VerdictStoreParts;
  readonly #memos = {
    pair: new ContentMemo<LearntPair>(MEMO_BYTES),
    trust: new ContentMemo<LearntTrust>(MEMO_BYTES),
  };
  readonly #known: Map<string, KnownVerdict>;
  #queue: Promise<unknown> = Promise.resolve();
  #silentUntil = -Infinity;

  constructor(parts: VerdictStoreParts) {
    this.#parts = parts;
    this.#known = new Map(parts.known);
    parts.metrics.set("certgate_verdict_cache_entries", this.#known.size);
  }

  /** What is known, for keeping; oldest first. */
  entries(): Iterable<readonly [string, KnownVerdict]> {
    return this.#known;
  }

  /**
   * Makes sure that every material has a verdict.
   *
   * @param materials What a snapshot holds.
   * @param deadline Milliseconds since the epoch; Envoy's confirmation is not waited for longer.
   */
  async learn(materials: readonly Material[], deadline: number): Promise<void> {
    const fresh = materials.filter((material) => this.#isFresh(material));
    const { metrics } = this.#parts;
    metrics.add("certgate_verdict_cache_lookups_total", { result: "hit" }, materials.length - fresh.length);
    if (fresh.length === 0) return;
    // One at a time: a second call with the same new materials finds them known when its turn comes.
    const turn = this.#queue.then(() => this.#learnFresh(fresh, deadline));
    this.#queue = turn.catch(() => {});
    await turn;
  }

  /**
   * The verdict of a material at a time.
   *
   * @param now Milliseconds since the epoch.
   * @returns `leave` for what cannot be looked into; a trust bundle carries the members to keep.
   */
  verdictOf(material: Material, now: number): TrustVerdict {
    const options = this.#parts.judging ?? {};
    const learnt = this.#judgeByRules(material);
    if (learnt.kind === "opaque") return LEAVE;
    if (learnt.kind === "pair") return pairVerdict(learnt, now, options);
    const { verdict, keep } = judgeTrust(learnt.facts, now, options);
    const { members } = learnt.facts;
    // Revocation lists in the bundle stay; without them what was revoked would be trusted again.
    const filtered = material.kind === "trust" && keep.length < members.length
      ? keepMembers(material.bundle, keep)
      : null;
    return { ...verdict, filtered };
  }

  /** What is known of a pair, whatever the time is; Envoy's word where it was asked. */
  summaryOf(material: PairMaterial): Summary {
    const learnt = this.#judgeByRules(material);
    if (learnt.kind !== "pair") throw new TypeError("Not a pair");
    return learnt.known.summary;
  }

  /**
   * Believes a running Envoy that refused a pair, whatever the rules and the binary have said. Only another binary is asked
   * about it again.
   *
   * @param message Envoy's words; shown without anything that may be a key.
   */
  refuse(material: PairMaterial, message: string): void {
    const learnt = this.#judgeByRules(material);
    if (learnt.kind !== "pair") return;
    const { confirmer, metrics, onLearnt } = this.#parts;
    const { summary } = applyAnswer(learnt.known.summary, { accepted: false, message });
    learnt.known = { summary, confirmedBy: confirmer?.build ?? learnt.known.confirmedBy };
    this.#known.delete(learnt.hash);
    this.#known.set(learnt.hash, learnt.known);
    metrics.add("certgate_verdicts_total", { by: "envoy" });
    onLearnt();
  }

  #isFresh(material: Material): boolean {
    if (material.kind === "opaque") return false;
    const learnt = this.#memos[material.kind].find(material.identity);
    return learnt === undefined || this.#wantsEnvoy(learnt);
  }

  #wantsEnvoy(learnt: LearntPair | LearntTrust): boolean {
    const { confirmer, clock } = this.#parts;
    const confirmedBy = learnt.kind === "pair" ? learnt.known.confirmedBy : learnt.confirmedBy;
    return confirmer !== null && confirmedBy !== confirmer.build && clock() >= this.#silentUntil;
  }

  async #learnFresh(materials: readonly Material[], deadline: number): Promise<void> {
    const pairs: Questions<PairMaterial, LearntPair> = new Map();
    const bundles: Questions<TrustMaterial, LearntTrust> = new Map();
    let sliceEnd = performance.now() + SLICE;
    for (const material of materials) {
      const learnt = this.#judgeByRules(material);
      if (learnt.kind !== "opaque" && this.#wantsEnvoy(learnt)) {
        if (learnt.kind === "pair") ask(pairs, learnt, material as PairMaterial);
        else ask(bundles, learnt, material as TrustMaterial);
      }
      if (performance.now() > sliceEnd) {
        await new Promise((resolve) => setTimeout(resolve, 0));
        sliceEnd = performance.now() + SLICE;
      }
    }
    if (pairs.size + bundles.size > 0) await this.#askEnvoy(pairs, bundles, deadline);
    while (this.#known.size > MOST_VERDICTS) this.#known.delete(this.#known.keys().next().value!);
    this.#parts.metrics.set("certgate_verdict_cache_entries", this.#known.size);
    this.#parts.onLearnt();
  }

  #judgeByRules(material: Material): Learnt {
    if (material.kind === "opaque") return { kind: "opaque" };
    const held = this.#memos[material.kind].find(material.identity);
    if (held) return held;
    const learnt = this.#readMaterial(material);
    if (learnt.kind === "pair") this.#memos.pair.put(material.identity, learnt);
    else this.#memos.trust.put(material.identity, learnt);
    return learnt;
  }

  #readMaterial(material: PairMaterial | TrustMaterial): LearntPair | LearntTrust {
    const { metrics } = this.#parts;
    const hash = createHash("sha256").update(material.identity).digest("hex");
    const known = material.kind === "pair" ? this.#known.get(hash) : undefined;
    if (known) return { kind: "pair", hash, known };
    metrics.add("certgate_verdict_cache_lookups_total", { result: "miss" });
    metrics.add("certgate_verdicts_total", { by: "rules" });
    if (material.kind === "trust") {
      // Facts point into the bundle, and must not keep the whole snapshot alive.
      return { kind: "trust", hash, facts: readTrust(new Uint8Array(material.bundle)), confirmedBy: "" };
    }
    const judged = spoiled({ summary: summarise(material), confirmedBy: "" }, this.#parts);
    this.#known.set(hash, judged);
    return { kind: "pair", hash, known: judged };
  }

  async #askEnvoy(
    pairs: Questions<PairMaterial, LearntPair>,
    bundles: Questions<TrustMaterial, LearntTrust>,
    deadline: number,
  ): Promise<void> {
    const { confirmer, clock, metrics, log } = this.#parts;
    const asked = [...pairs.values()].map((question) => ({ ...question, rules: rulesOn(question) }));
    const askedTrust = [...bundles.values()];
    const started = performance.now();
    const answers = asked.length === 0
      ? []
      : await confirmer!.confirm(asked.map(({ material }) => material.pair), {
        expected: asked.map(({ rules }) => rules.problem === null),
        deadline,
      });
    const trustAnswers = askedTrust.length === 0
      ? []
      : await confirmer!.confirmTrust(askedTrust.map(({ material }) => material.bundle), { deadline });
    metrics.observe("certgate_envoy_confirm_duration_seconds", (performance.now() - started) / 1000);
    asked.forEach(({ rules, waiting }, index) => {
      const answer = answers[index];
      if (!answer) return;
      const known = {
        summary: settle(this.#parts, { hash: waiting[0].hash, rules, answer }),
        confirmedBy: confirmer!.build,
      };
      this.#known.delete(waiting[0].hash); // so that it counts as young again
      this.#known.set(waiting[0].hash, known);
      for (const learnt of waiting) learnt.known = known;
    });
    askedTrust.forEach(({ waiting }, index) => {
      const answer = trustAnswers[index];
      if (!answer) return;
      const { hash, facts } = waiting[0];
      const { problem } = settle(this.#parts, {
        hash,
        rules: { ...NO_DATES, problem: facts.problem },
        answer,
      });
      for (const learnt of waiting) {
        learnt.facts = { ...facts, problem: asTrustProblem(problem) };
        learnt.confirmedBy = confirmer!.build;
      }
    });
    const unanswered = [...answers, ...trustAnswers].filter((answer) => answer === null).length;
    if (unanswered === 0) return;
    this.#silentUntil = clock() + PAUSE_AFTER_FAILURE;
    metrics.add("certgate_envoy_confirm_failures_total", {}, unanswered);
    log.warn("envoy did not judge everything new, the rules stand alone for the rest", {
      unanswered,
      why: confirmer!.whyNot(),
    });
  }
}

const NO_DATES = { notBefore: -Infinity, notAfter: Infinity, temporary: false };
