import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { join } from "node:path";
import { KeyMaterial } from "../model/mod.ts";
import { isPairOf, makePair, makePairFiles, type PairFiles, tempRoot } from "../../tests/fakes/pair_files.ts";
import { openTestSources } from "../../tests/fakes/open_test_sources.ts";
import { pairDirectory, readStored, type StoredPair, storePair } from "./store.ts";

const name = { namespace: "default", name: "a" };
const origin = { digest: "d", issuedAt: 1 };
const put = (files: PairFiles, ca: Uint8Array | null = null): StoredPair => ({
  chain: files.certificate,
  key: new KeyMaterial(files.key),
  ca,
  origin,
});
const at = () => {};

Deno.test("storePair() replaces files of somebody else in one step", async () => {
  using root = tempRoot();
  const [old, fresh] = [await makePairFiles("a.example.com"), await makePairFiles("a.example.com")];
  Deno.mkdirSync(join(root.path, "default"));
  makePair(join(root.path, "default", "a"), old);
  assert.equal((await readStored(root.path, name))!.origin, null);
  const directory = pairDirectory(root.path, name);
  let steps = 0;
  const look = () => {
    steps++;
    const [chain, key] = ["tls.crt", "tls.key"].map((file) => Deno.readFileSync(join(directory, file)));
    const [is] = [old, fresh].filter(({ certificate }) => Buffer.from(certificate).equals(chain));
    assert.deepEqual(new Uint8Array(key), new Uint8Array(is.key), "chain and key go together");
  };
  await storePair(root.path, name, { pair: put(fresh), now: 0, at: look });
  look();
  assert.ok(steps > 5);
  assert.deepEqual((await readStored(root.path, name))!.origin, origin);
  assert.equal(Deno.readLinkSync(join(directory, "tls.key")), "..data/tls.key");
});

Deno.test("storePair() takes ca.crt away where the issuer gives none any more", async () => {
  using root = tempRoot();
  const files = await makePairFiles("a.example.com");
  await storePair(root.path, name, { pair: put(files, files.certificate), now: 0, at });
  const names = () => [...Deno.readDirSync(pairDirectory(root.path, name))].map(({ name }) => name).sort();
  assert.ok(names().includes("ca.crt"));
  await storePair(root.path, name, { pair: put(files), now: 0, at });
  assert.deepEqual(names().slice(1), ["..data", "tls.crt", "tls.key"]);
});

Deno.test("storePair() leads out of its directory by no name", () => {
  for (const bad of ["..", "a/b", "", ".hidden", "A", "a\0"]) {
    assert.throws(() => pairDirectory("/x", { namespace: "default", name: bad }), TypeError, bad);
    assert.throws(() => pairDirectory("/x", { namespace: bad, name: "a" }), TypeError, bad);
  }
});

Deno.test("storePair() is read by a source of its directory, the first time and the next", async () => {
  using root = tempRoot();
  const [one, two] = [await makePairFiles("a.example.com"), await makePairFiles("a.example.com")];
  await using sources = openTestSources([
    { path: `${root.path}/*/*`, namespace: "{parent}", secretName: "{name}" },
  ]);
  await sources.first;
  const seen = () => sources.sightings().get("default/a");
  for (const files of [one, two, one]) {
    await storePair(root.path, name, { pair: put(files), now: Date.now(), at });
    await sources.until(() => seen() !== undefined && isPairOf(seen()!.pair, files), "the pair is seen");
    assert.deepEqual([seen()!.unsettled, seen()!.problem], [null, null]);
  }
  assert.deepEqual([...sources.sightings().keys()], ["default/a"]);
  assert.deepEqual(sources.log.sentences("warn"), []);
});
