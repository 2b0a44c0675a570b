import assert from "node:assert/strict";
import { openTestSources } from "../fakes/open_test_sources.ts";
import { isPairOf, makePair, makePairFiles, tempRoot, writePair } from "../fakes/pair_files.ts";

const [one, two] = await Promise.all([makePairFiles("one.example.com"), makePairFiles("two.example.com")]);

const TORN = { ...one, key: two.key };

Deno.test("openSources() waits with the first answer until a bad pair is settled", async () => {
  using root = tempRoot();
  makePair(`${root.path}/bad`, TORN);
  makePair(`${root.path}/good`, one);
  await using sources = openTestSources([`${root.path}/*`]);
  await sources.first;
  const problems = [...sources.sightings()].map(([key, { facts }]) => [key, facts.problem?.cause]);
  assert.deepEqual(problems, [["edge/bad", "key_mismatch"], ["edge/good", undefined]]);
});

Deno.test("openSources() lets a pair that is gone go after its grace, and counts it once", async () => {
  using root = tempRoot();
  makePair(`${root.path}/a`, one);
  makePair(`${root.path}/b`, one);
  const source = `${root.path}/*`;
  await using sources = openTestSources([source]);
  await sources.first;
  Deno.removeSync(`${root.path}/a`, { recursive: true });
  await sources.until(
    () => sources.sightings().get("edge/a")?.unsettled?.cause === "pair_missing",
    "it is missed",
  );
  await sources.until(() => sources.sightings().size === 1, "it is gone");
  await sources.look();
  await sources.look();
  assert.equal(sources.counts.get(`certgate_source_errors_total ${source} not_found`), 1);
  assert.equal(sources.counts.get(`certgate_source_bundles ${source}`), 1);
});

Deno.test("openSources() has a path without a wildcard as missing until it comes", async () => {
  using root = tempRoot();
  const path = `${root.path}/later/a`;
  await using sources = openTestSources([path]);
  await sources.first;
  const seen = () => sources.sightings().get("edge/a")!;
  assert.deepEqual(seen().problem, { cause: "pair_missing", detail: `"${path}" does not exist` });
  assert.deepEqual(sources.health()[0].errors, { not_found: 1 });
  Deno.mkdirSync(`${root.path}/later`);
  makePair(path, one);
  await sources.until(() => isPairOf(seen().pair, one), "it has come");
  assert.equal(seen().problem, null);
});

Deno.test("openSources() says of a place that cannot be read why, and goes on with the others", async () => {
  using root = tempRoot();
  makePair(`${root.path}/good`, one);
  for (const name of ["folder", "loop", "large"]) makePair(`${root.path}/${name}`, one);
  for (const name of ["folder", "loop"]) Deno.removeSync(`${root.path}/${name}/tls.key`);
  Deno.mkdirSync(`${root.path}/folder/tls.key`);
  Deno.symlinkSync("tls.key", `${root.path}/loop/tls.key`);
  Deno.symlinkSync("circle", `${root.path}/circle`);
  Deno.writeFileSync(`${root.path}/large/tls.crt`, new Uint8Array(1024 * 1024 + 1));
  await using sources = openTestSources([`${root.path}/*`]);
  await sources.first;
  const problem = (name: string) => sources.sightings().get(`edge/${name}`)?.problem;
  for (
    const [name, words] of [
      ["folder", /tls\.key" is a directory/],
      ["loop", /Too many (levels of )?symbolic links/],
      ["circle", /Too many (levels of )?symbolic links/],
      ["large", /has 1048577 bytes/],
    ] as const
  ) {
    assert.equal(problem(name)?.cause, "file_unreadable", name);
    assert.match(problem(name)!.detail, words);
  }
  assert.equal(problem("good"), null);
  assert.deepEqual(sources.health()[0].errors, { unreadable: 4 });
});

Deno.test("openSources() believes a good pair unreadable only after the stale grace", async () => {
  using root = tempRoot();
  makePair(`${root.path}/a`, one);
  await using sources = openTestSources([`${root.path}/*`], { watch: { settle: 0, staleGrace: 60_000 } });
  await sources.first;
  Deno.removeSync(`${root.path}/a/tls.key`);
  Deno.mkdirSync(`${root.path}/a/tls.key`);
  const seen = () => sources.sightings().get("edge/a")!;
  await sources.until(() => seen().unsettled?.cause === "file_unreadable", "it is seen");
  assert.ok(isPairOf(seen().pair, one));
});

Deno.test("openSources() goes on by polling where the system refuses to watch", async () => {
  using root = tempRoot();
  makePair(`${root.path}/a`, one);
  const openWatcher = () => {
    throw new Error('OS file watch limit reached. about ["/"]');
  };
  await using sources = openTestSources([`${root.path}/*`], { openWatcher });
  await sources.first;
  assert.equal(sources.health()[0].watching, false);
  writePair(`${root.path}/a`, two);
  await sources.until(() => isPairOf(sources.sightings().get("edge/a")!.pair, two), "the change is found");
  assert.deepEqual(sources.log.sentences("warn"), [
    "the system refuses to watch directories, changes are found by looking",
  ]);
});
