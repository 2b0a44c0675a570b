import assert from "node:assert/strict";
import { openTestSources } from "../../tests/fakes/open_test_sources.ts";
import {
  isPairOf,
  makePair,
  makePairFiles,
  swapVolume,
  tempRoot,
  writePair,
} from "../../tests/fakes/pair_files.ts";

const [one, two] = await Promise.all([makePairFiles("one.example.com"), makePairFiles("two.example.com")]);

const TORN = { ...one, key: two.key };

Deno.test("openSources() hands out good pairs at once and leaves everything else alone", async () => {
  using root = tempRoot();
  makePair(`${root.path}/one.example.com`, one);
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
  makePair(path, one);
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

Deno.test("openSources() gives one name to one pair, by source and path, and tells of the other", async () => {
  using root = tempRoot();
  for (const name of ["x", "y"]) Deno.mkdirSync(`${root.path}/${name}`);
  makePair(`${root.path}/y/a`, two);
  makePair(`${root.path}/x/a`, one);
  makePair(`${root.path}/x/no good`, one);
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
