import assert from "node:assert/strict";
import type { Sighting } from "../../lib/sources/mod.ts";
import { openTestSources, type TestSources } from "../fakes/open_test_sources.ts";
import { isPairOf, makePair, makePairFiles, swapVolume, tempRoot, writePair } from "../fakes/pair_files.ts";

const PAIRS = await Promise.all([makePairFiles("one.example.com"), makePairFiles("two.example.com")]);
const [one, two] = PAIRS;
/** The times that certgate has unless told otherwise. */
const USUAL = { pollInterval: 2000, settle: 1000, absenceGrace: 3000, staleGrace: 30_000 };

/** Says of every sighting that is handed out what must never be: torn, mixed, missing. */
function watchFor(wrong: string[], sources: () => TestSources): () => void {
  return () => {
    for (const [key, { facts, pair }] of sources().sightings()) {
      if (facts.problem !== null) wrong.push(`${key} ${facts.problem.cause}`);
      else if (!PAIRS.some((files) => isPairOf(pair, files))) wrong.push(`${key} is mixed`);
    }
  };
}

for (const events of [true, false]) {
  const how = events ? "with events" : "with events off";
  Deno.test(`openSources() sees the swap of the kubelet 100 times of 100, ${how}`, async () => {
    using root = tempRoot();
    const path = `${root.path}/a`;
    Deno.mkdirSync(path);
    swapVolume(path, one, 0);
    const wrong: string[] = [];
    await using sources: TestSources = openTestSources([`${root.path}/*`], {
      watch: { ...USUAL, events, pollInterval: events ? 2000 : 100 },
      onChange: watchFor(wrong, () => sources),
    });
    await sources.first;
    for (let round = 1; round <= 100; round++) {
      const next = PAIRS[round % 2];
      swapVolume(path, next, round);
      await sources.until(() => isPairOf(sources.sightings().get("edge/a")!.pair, next), `round ${round}`);
    }
    assert.deepEqual(wrong, []);
    assert.equal(sources.counts.get("certgate_source_parses_total"), 101);
  });
}

Deno.test("openSources() never believes the moment between the two links of certbot", async () => {
  using root = tempRoot();
  const live = `${root.path}/live/a.example.com`;
  const archive = `${root.path}/archive/a.example.com`;
  for (const path of [live, archive]) Deno.mkdirSync(path, { recursive: true });
  Deno.writeTextFileSync(`${root.path}/live/README`, "This directory contains your keys and certificates.");
  const link = (name: string, round: number) => {
    if (round > 0) Deno.removeSync(`${live}/${name}.pem`);
    Deno.symlinkSync(`../../archive/a.example.com/${name}${round}.pem`, `${live}/${name}.pem`);
  };
  const archived = (round: number) => {
    Deno.writeFileSync(`${archive}/fullchain${round}.pem`, PAIRS[round % 2].certificate);
    Deno.writeFileSync(`${archive}/privkey${round}.pem`, PAIRS[round % 2].key);
  };
  archived(0);
  for (const name of ["fullchain", "privkey"]) link(name, 0);
  const wrong: string[] = [];
  await using sources: TestSources = openTestSources([`${root.path}/live/*`], {
    watch: { ...USUAL, settle: 60_000 },
    onChange: watchFor(wrong, () => sources),
  });
  await sources.first;
  const seen = (): Sighting => sources.sightings().get("edge/a.example.com")!;
  for (let round = 1; round <= 5; round++) {
    archived(round);
    link("fullchain", round);
    await sources.until(() => seen().unsettled?.cause === "key_mismatch", `half of round ${round} is seen`);
    assert.ok(isPairOf(seen().pair, PAIRS[(round - 1) % 2]));
    link("privkey", round);
    await sources.until(() => isPairOf(seen().pair, PAIRS[round % 2]), `round ${round}`);
    assert.equal(seen().unsettled, null);
  }
  assert.deepEqual(wrong, []);
  assert.deepEqual(sources.log.sentences("warn"), []);
});

Deno.test("openSources() does not miss a csi volume that is taken away and mounted anew", async () => {
  using root = tempRoot();
  const path = `${root.path}/csi/a`;
  Deno.mkdirSync(`${root.path}/csi`);
  makePair(path, one);
  const wrong: string[] = [];
  await using sources: TestSources = openTestSources([`${root.path}/csi/*`, path], {
    watch: { ...USUAL, absenceGrace: 60_000 },
    onChange: watchFor(wrong, () => sources),
  });
  await sources.first;
  const seen = (): Sighting => sources.sightings().get("edge/a")!;
  for (let round = 1; round <= 10; round++) {
    Deno.removeSync(path, { recursive: true });
    await sources.until(() => seen().unsettled?.cause === "pair_missing", `round ${round} is away`);
    makePair(path, PAIRS[round % 2]);
    await sources.until(() => isPairOf(seen().pair, PAIRS[round % 2]), `round ${round} is back`);
  }
  assert.deepEqual(wrong, []);
});

Deno.test("openSources() hears of directories that come, go and come back", async () => {
  using root = tempRoot();
  const path = `${root.path}/a`;
  // Long enough that nothing but events can be what finds it.
  await using sources = openTestSources([`${root.path}/*`], { watch: { pollInterval: 60_000 } });
  await sources.first;
  for (let round = 0; round < 5; round++) {
    makePair(path, one);
    await sources.until(() => sources.sightings().size === 1, `round ${round} has come`);
    writePair(path, two);
    await sources.until(
      () => isPairOf(sources.sightings().get("edge/a")!.pair, two),
      `round ${round} is renewed`,
    );
    Deno.removeSync(path, { recursive: true });
    await sources.until(() => sources.sightings().size === 0, `round ${round} has gone`);
  }
});

Deno.test("openSources() says whether the place can be looked at, and finds it when it comes", async () => {
  using root = tempRoot();
  await using sources = openTestSources([`${root.path}/mnt/*`]);
  await sources.first;
  assert.deepEqual([sources.health()[0].up, sources.health()[0].errors], [false, { not_found: 1 }]);
  Deno.mkdirSync(`${root.path}/mnt`);
  makePair(`${root.path}/mnt/a`, one);
  await sources.until(() => sources.sightings().size === 1, "the place has come");
  assert.deepEqual([sources.health()[0].up, sources.health()[0].errors], [true, {}]);
});
