import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { FakeLog } from "../tests/fakes/fake_log.ts";
import { fakeMetrics } from "../tests/fakes/fake_metrics.ts";
import { type Arrival, PairBook } from "./agent_pairs.ts";
import { KeyMaterial, type PairBytes } from "./model/mod.ts";
import { openKeep } from "./outputs/mod.ts";
import { makeSelfSigned, readFacts } from "./pki/mod.ts";
import { configSchema } from "./resources/mod.ts";
import { VerdictStore } from "./server/mod.ts";
import { pairMaterial } from "./xds/mod.ts";

const NOW = Date.UTC(2026, 5, 1), DAY = 86_400_000;
const config = configSchema.parse({});

const store = () =>
  new VerdictStore({
    confirmer: null,
    known: new Map(),
    clock: () => NOW,
    log: new FakeLog(),
    metrics: fakeMetrics(),
    onLearnt: () => {},
  });

async function makePair(days = 30): Promise<PairBytes> {
  const { certificate, key } = await makeSelfSigned({ names: ["a.example.com"], now: NOW, days });
  return { certificate, key };
}

function arrival(pair: PairBytes, parts: Partial<Arrival> = {}): Arrival {
  const hash = createHash("sha256").update(pair.certificate ?? "").update(pair.key?.open() ?? "").digest(
    "hex",
  );
  const origin = { kind: "source", source: "/s/*", path: "/s/a" } as const;
  return {
    namespace: "edge",
    name: "a",
    origin,
    pair,
    facts: readFacts(pair),
    problem: null,
    hint: "",
    hash,
    ...parts,
  };
}

async function withBook(use: (open: () => Promise<PairBook>) => Promise<void>): Promise<void> {
  const dir = await Deno.makeTempDir();
  const keeps: { settled(): Promise<void> }[] = [];
  const open = async () => {
    for (const keep of keeps) await keep.settled();
    const keep = await openKeep(`${dir}/pairs`, new FakeLog());
    keeps.push(keep);
    return new PairBook(keep, new FakeLog());
  };
  try {
    await use(open);
    for (const keep of keeps) await keep.settled();
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
}

const UP = { source: "/s/*", up: true, pairs: 1, errors: {}, message: "", watching: true };

const judgeAll = (book: PairBook, arrivals: readonly Arrival[], now: number, source = UP) =>
  book.judge(arrivals, { store: store(), sources: [source], config, patience: 100 }, now);

const judge = async (book: PairBook, one: Arrival, now = NOW) => {
  const state = (await judgeAll(book, [one], now)).get("edge/a")!;
  return [state.verdict.reason, state.served?.from ?? null, state.served?.hash ?? null];
};

Deno.test("PairBook holds a good pair across a restart, and judges it anew", async () => {
  await withBook(async (open) => {
    const good = arrival(await makePair());
    const broken = arrival({ ...good.pair, key: (await makePair()).key });
    assert.deepEqual(await judge(await open(), good), ["Usable", "current", good.hash]);
    const later = await open();
    assert.deepEqual(await judge(later, broken), ["KeyMismatch", "held", good.hash]);
    const margin = config.gate.expiryMargin;
    assert.deepEqual(await judge(later, broken, NOW + 30 * DAY - margin), ["KeyMismatch", null, null]);
  });
});

Deno.test("PairBook keeps what is good, and never what is not", async () => {
  await withBook(async (open) => {
    const [good, next] = [arrival(await makePair()), arrival(await makePair())];
    const broken = arrival({ ...next.pair, key: new KeyMaterial(new TextEncoder().encode("?")) });
    const book = await open();
    await judge(book, good);
    await judge(book, broken);
    await judge(book, next);
    assert.deepEqual(await judge(await open(), broken), ["Unreadable", "held", next.hash]);
  });
});

Deno.test("PairBook forgets what was taken away", async () => {
  await withBook(async (open) => {
    const good = arrival(await makePair());
    const broken = arrival({ ...good.pair, certificate: (await makePair()).certificate });
    const book = await open();
    await judge(book, good);
    assert.equal((await judgeAll(book, [], NOW)).size, 0);
    assert.deepEqual(await judge(await open(), broken), ["KeyMismatch", null, null]);
  });
});

Deno.test("PairBook holds what is out of sight, also when it starts that way, until it is back", async () => {
  await withBook(async (open) => {
    const good = arrival(await makePair());
    const down = { ...UP, up: false, pairs: 0 };
    await judge(await open(), good);
    const book = await open();
    const state = (await judgeAll(book, [], NOW, down)).get("edge/a")!;
    assert.deepEqual([state.verdict.cause, state.served?.from], ["file_unreadable", "held"]);
    assert.equal(state.verdict.detail, 'the source "/s/*" cannot be looked at');
    const back = (await judgeAll(book, [], NOW + 1, { ...UP, pairs: 0 })).get("edge/a")!;
    assert.deepEqual([back.served?.from, back.edge], ["held", NOW + 5000]);
    assert.deepEqual(await judge(book, good, NOW + 2), ["Usable", "current", good.hash]);
    assert.equal((await judgeAll(book, [], NOW + 6000)).size, 0);
  });
});

Deno.test("PairBook withholds what Envoy Gateway would leave out, whatever onExpired says", async () => {
  await withBook(async (open) => {
    const pair = arrival(await makePair());
    const lenient = configSchema.parse({ onExpired: "serve" });
    const judgeAt = async (now: number) => {
      const options = { store: store(), sources: [UP], config: lenient, patience: 100 };
      const state = (await (await open()).judge([pair], options, now)).get("edge/a")!;
      return [state.verdict.cause, state.served];
    };
    assert.equal((await judgeAt(NOW + 29 * DAY))[0], "usable");
    assert.deepEqual(await judgeAt(NOW + 31 * DAY), ["expired", null]);
  });
});

Deno.test("PairBook warns of files that do not come to rest", async () => {
  await withBook(async (open) => {
    const pair = arrival(await makePair(), {
      unsettled: { detail: "the key belongs to another", since: NOW },
    });
    const book = await open();
    const early = (await judgeAll(book, [pair], NOW + 29_999)).get("edge/a")!;
    assert.deepEqual([early.warnings.at(-1)?.code, early.edge], [undefined, NOW + 30_000]);
    const late = (await judgeAll(book, [pair], NOW + 30_000)).get("edge/a")!;
    assert.deepEqual(late.warnings.at(-1), {
      code: "FilesUnsettled",
      message: "What its files hold now is not believed: the key belongs to another",
    });
  });
});

Deno.test("PairBook waits a moment for what an earlier run knew", async () => {
  await withBook(async (open) => {
    await judge(await open(), arrival(await makePair()));
    const book = await open();
    const state = (await judgeAll(book, [], NOW)).get("edge/a")!;
    assert.deepEqual([state.served?.from, state.edge], ["held", NOW + 5000]);
    assert.equal((await judgeAll(book, [], NOW + 5000)).size, 0);
  });
});

Deno.test("PairBook goes back to the pair before where Envoy refuses one that was judged to be good, after a restart too", async () => {
  await withBook(async (open) => {
    const [good, refused] = [arrival(await makePair()), arrival(await makePair())];
    const believed = store();
    const look = async (book: PairBook, one: Arrival) => {
      const asking = { store: believed, sources: [], config, patience: 0 };
      const { verdict, served } = (await book.judge([one], asking, NOW)).get("edge/a")!;
      return [verdict.reason, served?.from ?? null, served?.hash ?? null];
    };
    const book = await open();
    await look(book, good);
    assert.deepEqual(await look(book, refused), ["Usable", "current", refused.hash]);
    believed.refuse(pairMaterial(refused.pair), "no");
    assert.deepEqual(await look(book, refused), ["Unsupported", "held", good.hash]);
    assert.deepEqual(await look(book, refused), ["Unsupported", "held", good.hash]);
    assert.deepEqual(await look(await open(), refused), ["Unsupported", "held", good.hash]);
  });
});

Deno.test("PairBook never goes back to a pair that Envoy refused as well, and forgets none that it did not", async () => {
  await withBook(async (open) => {
    const [good, second, third] = [1, 2, 3].map(async () => arrival(await makePair()));
    const believed = store();
    const book = await open();
    const look = async (one: Promise<Arrival>) => {
      const asking = { store: believed, sources: [], config, patience: 0 };
      const { verdict, served } = (await book.judge([await one], asking, NOW)).get("edge/a")!;
      return [verdict.reason, served?.hash ?? null];
    };
    const refuse = async (one: Promise<Arrival>) => believed.refuse(pairMaterial((await one).pair), "no");
    for (const one of [good, second, third]) assert.equal((await look(one))[0], "Usable");
    // Its word on the second comes when the third is there already.
    await refuse(second);
    await refuse(third);
    assert.deepEqual(await look(third), ["Unsupported", (await good).hash]);
    // An Envoy of another version takes none of them.
    await refuse(good);
    assert.deepEqual(await look(third), ["Unsupported", null]);
  });
});

Deno.test("PairBook goes back to the pair before where Envoy refuses one only after a restart", async () => {
  await withBook(async (open) => {
    const [good, refused] = [arrival(await makePair()), arrival(await makePair())];
    const first = await open();
    await judge(first, good);
    await judge(first, refused);
    const believed = store();
    const book = await open();
    const asking = { store: believed, sources: [], config, patience: 0 };
    await book.judge([refused], asking, NOW);
    believed.refuse(pairMaterial(refused.pair), "no");
    const { served } = (await book.judge([refused], asking, NOW)).get("edge/a")!;
    assert.deepEqual([served?.from, served?.hash], ["held", good.hash]);
  });
});
