/**
 * What the engine of issuance promises for any answers, steps of the clock, restarts, crashes and wishes:
 *
 * 1. While a pair is asked for it is not asked for again, and for what is issued and in its place nobody asks before its renewal is
 *    due: each time that the issuer is asked follows a moment at which there was nothing usable, another wish, or a renewal due.
 * 2. A pair that is there is whole at every moment, and once one was there, one is there until the end.
 * 3. What is served is replaced by nothing that is not signed for the wish, judged and valid.
 * 4. Failures come at most so often as the budget allows: no more than `attempts` of one wish within a pause.
 * 5. When the issuer answers well again and enough time passes, every wish is fulfilled.
 */
import assert from "node:assert/strict";
import fc from "fast-check";
import { failure } from "../../lib/issuance/mod.ts";
import { verdictOf } from "../../lib/health/mod.ts";
import { readFacts } from "../../lib/pki/mod.ts";
import type { Intent } from "../../lib/issuers/mod.ts";
import { DAY, HOUR, intentOf, IssuanceScene } from "../fakes/issuance_scene.ts";

const PAUSE = 6 * HOUR;
const ATTEMPTS = 3;
const NAMES = ["a", "b"] as const;

const ANSWERS = ["good", "unreachable", "refused", "rateLimited", "badAnswer", "wrongKey", "thrown"] as const;
type Answer = (typeof ANSWERS)[number];

type Step =
  | { readonly kind: "answer"; readonly answer: Answer }
  | { readonly kind: "pass"; readonly time: number }
  | { readonly kind: "jump"; readonly time: number }
  | { readonly kind: "restart" }
  | { readonly kind: "crash"; readonly after: number }
  | { readonly kind: "wish"; readonly name: typeof NAMES[number]; readonly variant: number }
  | { readonly kind: "window"; readonly start: number }
  | { readonly kind: "doubt"; readonly on: boolean }
  | { readonly kind: "judge"; readonly serves: boolean };

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({ kind: fc.constant("answer" as const), answer: fc.constantFrom(...ANSWERS) }),
  },
  {
    weight: 5,
    arbitrary: fc.record({
      kind: fc.constant("pass" as const),
      time: fc.constantFrom(1000, 60_000, 10 * 60_000, HOUR, 7 * HOUR, DAY, 10 * DAY),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant("jump" as const),
      time: fc.constantFrom(-DAY, -HOUR, -1000, 1000, HOUR, DAY),
    }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("restart" as const) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("crash" as const), after: fc.nat(20) }) },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant("wish" as const),
      name: fc.constantFrom(...NAMES),
      variant: fc.nat(1),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant("window" as const),
      start: fc.constantFrom(-40 * DAY, -HOUR, DAY, 20 * DAY),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("doubt" as const), on: fc.boolean() }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("judge" as const), serves: fc.boolean() }) },
);

/** A scene with everything that has to hold looked at at each step on disk and each time the issuer is asked. */
class Walk {
  readonly scene = new IssuanceScene();
  readonly wishes = new Map<string, Intent>();
  readonly #there = new Set<string>();
  readonly #underway = new Set<string>();
  /** Times of asking by wish; after a jump of the clock they are none of the same clock. */
  #asked = new Map<string, number[]>();
  #answer: Answer = "good";
  #window = { start: 0, end: 0, retryAfter: 6 * HOUR };

  constructor() {
    const { scene } = this;
    scene.settings = { attempts: ATTEMPTS, pause: PAUSE };
    scene.lifetime = 30 * DAY;
    this.moveWindow(20 * DAY);
    for (const name of NAMES) this.wishes.set(name, intentOf(name));
    scene.window = () => Promise.resolve(this.#window);
    scene.watch = async (request) => {
      await this.look();
      if (request !== null) await this.#mayAsk(request.intent);
    };
    scene.answer = async (request) => {
      const { name } = request.intent;
      this.#underway.add(name);
      try {
        // Somebody else may have a turn.
        await new Promise((resolve) => setTimeout(resolve, 0));
        switch (this.#answer) {
          case "good":
            return await scene.order(request);
          case "badAnswer":
            return { ok: true, chain: new TextEncoder().encode("no PEM"), ca: null };
          case "wrongKey": {
            const other = await scene.served(name === "a" ? "b" : "a");
            return { ok: true, chain: other?.chain ?? new Uint8Array(), ca: null };
          }
          case "thrown":
            throw new Error("an issuer that throws");
          case "rateLimited":
            return failure("rateLimited", "later", scene.time.now + 2 * HOUR);
          default:
            return failure(this.#answer, "no");
        }
      } finally {
        this.#underway.delete(name);
      }
    };
  }

  /** Promises 1 and 4. */
  async #mayAsk({ name, dnsNames }: Intent): Promise<void> {
    const { time } = this.scene;
    assert.ok(!this.#underway.has(name), `${name} is asked for twice at a time`);
    assert.equal(time.doubt, "", "the clock is in doubt");
    const wish = dnsNames.join();
    const times = (this.#asked.get(wish) ?? []).filter((at) => at > time.now - PAUSE);
    // Two cut off attempts may be gone on with at once; they are in the budget all the same.
    assert.ok(times.length < ATTEMPTS + 3, `${name} was asked for at ${times} and now, at ${time.now}`);
    this.#asked.set(wish, [...times, time.now]);
    const { renewAt, state } = this.scene.status(name);
    assert.equal(state, "Issuing");
    const pair = await this.scene.served(name);
    const isForThis = pair !== null && dnsNames.join() === namesOf(pair.chain);
    if (isForThis && renewAt !== null) assert.ok(Date.parse(renewAt) <= time.now, `${name} is not due`);
  }

  /** Promise 2. */
  async look(): Promise<void> {
    for (const name of NAMES) {
      const pair = await this.scene.served(name);
      assert.ok(pair !== null || !this.#there.has(name), `${name} is gone`);
      if (pair !== null) this.#there.add(name);
    }
  }

  moveWindow(start: number): void {
    const { now } = this.scene.time;
    this.#window = { start: now + start, end: now + start + HOUR, retryAfter: 6 * HOUR };
  }

  async take(step: Step): Promise<void> {
    const { scene } = this;
    switch (step.kind) {
      case "answer":
        this.#answer = step.answer;
        break;
      case "pass":
        return await scene.advance(step.time);
      case "jump":
        this.#asked = new Map();
        scene.time.now += step.time;
        break;
      case "restart":
        await scene.restart();
        break;
      case "crash":
        scene.crashAt = scene.steps + 1 + step.after;
        await scene.advance(20 * DAY);
        await scene.restart(() => scene.crashAt = Infinity);
        break;
      case "wish":
        this.wishes.set(step.name, intentOf(step.name, variantOf(step)));
        break;
      case "window":
        this.moveWindow(step.start);
        break;
      case "doubt":
        scene.time.doubt = step.on ? "The clock is not believed" : "";
        break;
      case "judge":
        scene.verdict = () =>
          verdictOf(step.serves ? "serve" : "withhold", step.serves ? "usable" : "key_mismatch");
    }
    await scene.use(...this.wishes.values());
  }

  /** Promises 3 and 5. */
  async end(): Promise<void> {
    const { scene } = this;
    scene.time.doubt = "";
    scene.verdict = () => verdictOf("serve", "usable");
    this.#answer = "good";
    await scene.use(...this.wishes.values());
    for (let round = 0; round < 6; round++) await scene.advance(PAUSE);
    for (const [name, { dnsNames }] of this.wishes) {
      assert.equal(scene.status(name).state, "Issued", scene.status(name).message);
      assert.equal(namesOf((await scene.served(name))!.chain), dnsNames.join());
    }
  }
}

function variantOf({ name, variant }: { readonly name: string; readonly variant: number }): Partial<Intent> {
  return {
    dnsNames: variant === 0 ? [`${name}.example.com`] : [`${name}.example.com`, `www.${name}.example.com`],
  };
}

function namesOf(chain: Uint8Array): string {
  return readFacts({ certificate: chain, key: null }).certificates[0].names.join();
}

Deno.test("issuance keeps its promises for any answers, clocks, restarts and crashes", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 25 }), async (steps) => {
      const walk = new Walk();
      await using scene = walk.scene;
      await scene.open();
      await scene.use(...walk.wishes.values());
      for (const each of steps) {
        await walk.take(each);
        await walk.look();
      }
      await walk.end();
    }),
    { numRuns: Number(Deno.env.get("WALK_RUNS") ?? 20) },
  );
});
