import assert from "node:assert/strict";
import { openTestSources } from "../../tests/fakes/open_test_sources.ts";
import { isPairOf, makePairFiles, swapVolume, writePair } from "../../tests/fakes/pair_files.ts";

const [one, two] = await Promise.all([makePairFiles("one.example.com"), makePairFiles("two.example.com")]);

/** A directory that is gone after the test. */
function tempRoot(): { path: string } & Disposable {
  const path = Deno.makeTempDirSync();
  return { path, [Symbol.dispose]: () => Deno.removeSync(path, { recursive: true }) };
}

function makePair(path: string, files = one): void {
  Deno.mkdirSync(path);
  writePair(path, files);
}

const TORN = { certificate: one.certificate, key: two.key, names: [] };

Deno.test("openSources() hands out good pairs at once and leaves everything else alone", async () => {
  using root = tempRoot();
  makePair(`${root.path}/one.example.com`);
  Deno.mkdirSync(`${root.path}/empty`);
  Deno.mkdirSync(`${root.path}/java`);
  Deno.writeTextFileSync(`${root.path}/java/keystore.jks`, "x");
  Deno.writeTextFileSync(`${root.path}/README`, "This directory contains your keys");
  Deno.writeTextFileSync(`${root.path}/store.p12`, "x");
  Deno.writeTextFileSync(`${root.path}/revoked.pem`, "-----BEGIN X509 CRL-----\n-----END X509 CRL-----\n");
  await using sources = openTestSources([`${root.path}/*`], { watch: { settle: 60_000 } });
  await sources.first;
  const found = sources.sightings();
  assert.deepEqual([...found.keys()], ["edge/one.example.com"]);
  const sighting = found.get("edge/one.example.com")!;
  assert.ok(isPairOf(sighting.pair, one));
  assert.equal(sighting.path, `${root.path}/one.example.com`);
  assert.match(sighting.hash, /^[0-9a-f]{64}$/);
  assert.deepEqual([sighting.problem, sighting.unsettled, sighting.facts.problem], [null, null, null]);
  const [health] = sources.health();
  assert.deepEqual([health.up, health.pairs, health.errors], [true, 1, {}]);
  assert.deepEqual(sources.log.sentences("debug"), new Array(5).fill("this is no pair and is left alone"));
  assert.deepEqual(sources.log.sentences("warn"), []);
});

Deno.test("openSources() keeps a good pair until what replaced it has stayed bad", async () => {
  using root = tempRoot();
  const path = `${root.path}/a`;
  makePair(path);
  await using sources = openTestSources([path]);
  await sources.first;
  const seen = () => sources.sightings().get("edge/a")!;
  writePair(path, TORN);
  await sources.until(() => seen().unsettled !== null, "the bad pair is seen");
  assert.equal(seen().unsettled?.cause, "key_mismatch");
  assert.ok(isPairOf(seen().pair, one));
  await sources.until(() => seen().facts.problem !== null, "the bad pair is believed");
  assert.equal(seen().facts.problem?.cause, "key_mismatch");
  assert.equal(seen().unsettled, null);
  writePair(path, two);
  await sources.until(() => isPairOf(seen().pair, two), "the good pair is believed");
});

Deno.test("openSources() waits with the first answer until a bad pair is settled", async () => {
  using root = tempRoot();
  makePair(`${root.path}/bad`, TORN);
  makePair(`${root.path}/good`);
  await using sources = openTestSources([`${root.path}/*`]);
  await sources.first;
  const problems = [...sources.sightings()].map(([key, { facts }]) => [key, facts.problem?.cause]);
  assert.deepEqual(problems, [["edge/bad", "key_mismatch"], ["edge/good", undefined]]);
});

Deno.test("openSources() lets a pair that is gone go after its grace, and counts it once", async () => {
  using root = tempRoot();
  makePair(`${root.path}/a`);
  makePair(`${root.path}/b`);
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
  makePair(path);
  await sources.until(() => isPairOf(seen().pair, one), "it has come");
  assert.equal(seen().problem, null);
});

Deno.test("openSources() says of a place that cannot be read why, and goes on with the others", async () => {
  using root = tempRoot();
  makePair(`${root.path}/good`);
  for (const name of ["folder", "loop", "large"]) makePair(`${root.path}/${name}`);
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
  makePair(`${root.path}/a`);
  await using sources = openTestSources([`${root.path}/*`], { watch: { settle: 0, staleGrace: 60_000 } });
  await sources.first;
  Deno.removeSync(`${root.path}/a/tls.key`);
  Deno.mkdirSync(`${root.path}/a/tls.key`);
  const seen = () => sources.sightings().get("edge/a")!;
  await sources.until(() => seen().unsettled?.cause === "file_unreadable", "it is seen");
  assert.ok(isPairOf(seen().pair, one));
});

Deno.test("openSources() gives one name to one pair, by source and path, and tells of the other", async () => {
  using root = tempRoot();
  for (const name of ["x", "y"]) Deno.mkdirSync(`${root.path}/${name}`);
  makePair(`${root.path}/y/a`, two);
  makePair(`${root.path}/x/a`);
  makePair(`${root.path}/x/no good`);
  Deno.mkdirSync(`${root.path}/x/several`);
  for (const name of ["p", "q"]) {
    Deno.writeFileSync(`${root.path}/x/several/${name}.crt`, one.certificate);
    Deno.writeFileSync(`${root.path}/x/several/${name}.key`, one.key);
  }
  await using sources = openTestSources([`${root.path}/*/*`], { watch: { settle: 0 } });
  await sources.first;
  assert.ok(isPairOf(sources.sightings().get("edge/a")!.pair, one));
  assert.deepEqual(sources.health()[0].errors, { several_pairs: 1, bad_name: 1, duplicate_name: 1 });
  const told = sources.log.lines.find(({ fields }) => fields.reason === "duplicate_name")!.fields;
  assert.equal(
    told.message,
    `"${root.path}/x/a" and "${root.path}/y/a" both are Secret "edge/a": the first one is used`,
  );
  assert.equal(sources.sightings().get("edge/several")?.problem?.cause, "pair_missing");
  Deno.removeSync(`${root.path}/x/a`, { recursive: true });
  await sources.until(() => isPairOf(sources.sightings().get("edge/a")!.pair, two), "the other one follows");
});

Deno.test("openSources() reads single files, in any layout", async () => {
  using root = tempRoot();
  const write = (name: string, ...parts: Uint8Array[]) =>
    Deno.writeFileSync(`${root.path}/${name}`, new Uint8Array(parts.flatMap((part) => [...part])));
  write("both.pem", one.key, one.certificate);
  write("_wildcard.example.com.pem", two.certificate);
  write("_wildcard.example.com-key.pem", two.key);
  write("flat.crt", one.certificate);
  write("flat.key", one.key);
  write("ca.crt", two.certificate);
  await using sources = openTestSources([{ path: `${root.path}/*`, secretName: "tls-{name}" }]);
  await sources.first;
  const names = [...sources.sightings()].map(([key, { facts }]) =>
    `${key} ${facts.problem?.cause ?? "good"}`
  );
  assert.deepEqual(names.sort(), [
    "edge/tls--wildcard.example.com good",
    "edge/tls-both good",
    "edge/tls-flat good",
  ]);
});

Deno.test("openSources() looks into a pair only when its content is new", async () => {
  using root = tempRoot();
  Deno.mkdirSync(`${root.path}/a`);
  swapVolume(`${root.path}/a`, one, 1);
  await using sources = openTestSources([`${root.path}/*`]);
  await sources.first;
  const parses = () => sources.counts.get("certgate_source_parses_total");
  assert.equal(parses(), 1);
  for (let round = 0; round < 10; round++) await sources.look();
  // What is behind a link that has just been moved is read at the next look.
  swapVolume(`${root.path}/a`, one, 2);
  await sources.look();
  assert.equal(parses(), 1);
  swapVolume(`${root.path}/a`, two, 3);
  await sources.look();
  assert.equal(parses(), 2);
});

Deno.test("openSources() goes on by polling where the system refuses to watch", async () => {
  using root = tempRoot();
  makePair(`${root.path}/a`);
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
