import assert from "node:assert/strict";
import { openTestSources, type TestSources } from "../fakes/open_test_sources.ts";
import {
  isPairOf,
  makePair,
  makePairFiles,
  type PairFiles,
  tempRoot,
  writePair,
} from "../fakes/pair_files.ts";

const PAIRS = await Promise.all(["one", "two", "three"].map((name) => makePairFiles(`${name}.example.com`)));
const USUAL = { pollInterval: 250, settle: 1000, absenceGrace: 3000, staleGrace: 30_000 };
const WRITERS = 10;

// The pace of the writer is what is tested; nothing waits for its effect by time.
const pause = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));

interface Pace {
  readonly rounds: number;
  /** Milliseconds between the files of a pair, and between pairs. */
  readonly between: number;
  /** In how many pieces each file is written. */
  readonly pieces: number;
}

async function write(path: string, bytes: Uint8Array, { between, pieces }: Pace): Promise<void> {
  const file = Deno.openSync(path, { write: true, create: true, truncate: true });
  const size = Math.ceil(bytes.length / pieces);
  for (let from = 0; from < bytes.length; from += size) {
    file.writeSync(bytes.subarray(from, from + size));
    if (from + size < bytes.length) await pause(between / 2);
  }
  file.close();
  await pause(between);
}

async function keepWriting(directory: string, pace: Pace): Promise<PairFiles> {
  for (let round = 1; round <= pace.rounds; round++) {
    const { certificate, key } = PAIRS[round % PAIRS.length];
    await write(`${directory}/tls.crt`, certificate, pace);
    await write(`${directory}/tls.key`, key, pace);
  }
  return PAIRS[pace.rounds % PAIRS.length];
}

/** Several writers at once; nothing but whole pairs is ever handed out, and what they end with is seen. */
async function writeAndWatch(pace: Pace): Promise<{ unsettled: number }> {
  using root = tempRoot();
  const directories = Array.from({ length: WRITERS }, (_, at) => `${root.path}/h${at}`);
  for (const directory of directories) makePair(directory, PAIRS[0]);
  const wrong: string[] = [];
  let unsettled = 0;
  await using sources: TestSources = openTestSources([`${root.path}/*`], {
    watch: USUAL,
    onChange() {
      const sightings = sources.sightings();
      if (sightings.size < WRITERS) wrong.push(`${sightings.size} of ${WRITERS}`);
      for (const [key, sighting] of sightings) {
        if (sighting.facts.problem !== null) wrong.push(`${key} ${sighting.facts.problem.cause}`);
        else if (!PAIRS.some((files) => isPairOf(sighting.pair, files))) wrong.push(`${key} is mixed`);
        if (sighting.unsettled !== null) unsettled++;
      }
    },
  });
  await sources.first;
  const last = await Promise.all(directories.map((directory) => keepWriting(directory, pace)));
  await sources.until(
    () => last.every((files, at) => isPairOf(sources.sightings().get(`edge/h${at}`)!.pair, files)),
    "the last pairs are seen",
  );
  assert.deepEqual(wrong, []);
  return { unsettled };
}

Deno.test("openSources() hands out nothing torn of 1,000 pairs written 50 ms apart", async () => {
  await writeAndWatch({ rounds: 100, between: 50, pieces: 1 });
});

Deno.test("openSources() hands out nothing torn where files grow piece by piece", async () => {
  await writeAndWatch({ rounds: 10, between: 100, pieces: 4 });
});

Deno.test("openSources() does not believe a mixed pair that it had the time to see", async () => {
  const { unsettled } = await writeAndWatch({ rounds: 4, between: 600, pieces: 1 });
  assert.ok(unsettled > 0);
});

Deno.test("openSources() hands a storm of 500 changes out at most twice", async () => {
  using root = tempRoot();
  const directories = Array.from({ length: 250 }, (_, at) => `${root.path}/h${at}`);
  for (const directory of directories) makePair(directory, PAIRS[0]);
  let handed = 0;
  await using sources = openTestSources([`${root.path}/*`], { watch: USUAL, onChange: () => handed++ });
  await sources.first;
  handed = 0;
  for (const [at, directory] of directories.entries()) {
    writePair(directory, PAIRS[1]);
    if (at % 10 === 9) await pause(40);
  }
  const renewed = () => [...sources.sightings().values()].every(({ pair }) => isPairOf(pair, PAIRS[1]));
  await sources.until(renewed, "every pair is renewed");
  assert.ok(handed <= 2, `handed out ${handed} times`);
});
