import assert from "node:assert/strict";
import { pairsOf } from "../tests/fakes/gate_objects.ts";
import { type FillParts, SdsShelf } from "./agent_sds_shelf.ts";
import type { BundleState } from "./model/mod.ts";
import { isPlaceholder } from "./pki/mod.ts";

const direct: FillParts = { wayOf: () => "sds", bundles: [], isAsked: () => false, now: 0 };
const through: FillParts = { ...direct, wayOf: () => "gateway" };
const text = (value: string) => new TextEncoder().encode(value);

const bundle = (name: string, pem: string | null): BundleState => ({
  namespace: "ns",
  name,
  kind: "ConfigMap",
  file: `/etc/${name}.pem`,
  served: pem === null ? null : text(pem),
  hash: pem ?? "",
  placeholder: text("nobody"),
  members: 1,
  message: "",
  notAfter: null,
});

Deno.test("SdsShelf.fill() makes what is served once for each content, and a placeholder once for the names", () => {
  const shelf = new SdsShelf();
  const pairs = pairsOf({ "ns/a": "usable a.example.com", "ns/b": "expired" });
  const [a, b] = [...shelf.fill(pairs, direct).values()];
  assert.deepEqual([a.delivery, b.delivery, b.placeholder], ["sds", "sds", undefined]);
  assert.ok(isPlaceholder(a.placeholder!.pair.certificate!));
  const made = shelf.book.get("ns/a");
  const [again] = [...shelf.fill(pairs, direct).values()];
  assert.equal(again.placeholder, a.placeholder);
  assert.equal(shelf.book.get("ns/a"), made);
  assert.equal(shelf.book.get("ns/b"), undefined);
  const renamed = pairsOf({ "ns/a": "usable a.example.com,b.example.com" });
  assert.notEqual([...shelf.fill(renamed, direct).values()][0].placeholder!.hash, a.placeholder!.hash);
});

Deno.test("SdsShelf.fill() leaves pairs as they are that go through Envoy Gateway, and has them where somebody asks", () => {
  const shelf = new SdsShelf();
  const pairs = pairsOf({ "ns/a": "usable" });
  const [state] = shelf.fill(pairs, through).values();
  assert.equal(state, pairs.get("ns/a"));
  assert.equal(shelf.book.size, 0);
  const asked = shelf.book.get("ns/a");
  assert.equal(asked?.kind, "pair");
  assert.equal(shelf.find("ns/a", asked!.version)?.kind, "pair");
  shelf.fill(pairs, through);
  assert.equal(shelf.find("ns/a", asked!.version), null, "nobody asks for it any more");
  assert.equal(shelf.book.get("ns/a")?.version, asked!.version);
  shelf.fill(pairs, { ...through, isAsked: () => true });
  assert.equal(shelf.book.get("ns/a")?.version, asked!.version);
});

Deno.test("SdsShelf puts bundles of one policy together, and never leaves one of them out", () => {
  const shelf = new SdsShelf();
  const changed: string[] = [];
  shelf.book.watch((names) => changed.push(...names));
  const fill = (a: string, b: string | null) =>
    void shelf.fill(new Map(), { ...direct, isAsked: () => true, bundles: [bundle("a", a), bundle("b", b)] });
  fill("one", null);
  assert.equal(shelf.book.get("trust/ns/a")?.kind, "validation");
  assert.equal(shelf.book.get("trust/ns/b"), undefined);
  assert.equal(shelf.book.get("trust/ns/a+ns/b"), undefined);
  fill("one", "two");
  const both = shelf.book.get("trust/ns/a+ns/b")!;
  assert.deepEqual([Buffer.from(both.bytes).includes("one"), Buffer.from(both.bytes).includes("two")], [
    true,
    true,
  ]);
  assert.equal(shelf.book.get("trust/ns/a+ns/a"), undefined);
  shelf.book.forget("trust/ns/a+ns/a");
  changed.length = 0;
  fill("three", "two");
  assert.deepEqual(changed, ["trust/ns/a", "trust/ns/a+ns/b"]);
  const joined = shelf.find("trust/ns/a+ns/b", shelf.book.get("trust/ns/a+ns/b")!.version);
  assert.deepEqual(joined?.kind === "bundle" && joined.bundles, [
    { key: "ns/a", hash: "three" },
    { key: "ns/b", hash: "two" },
  ]);
});

Deno.test("SdsShelf knows a version for a while after it was replaced", () => {
  const shelf = new SdsShelf();
  const versions = ["one", "two", "three"].map((name) => {
    const [[key, state]] = pairsOf({ "ns/a": "usable" });
    const served = { ...state.served!, hash: name, pair: { certificate: text(name), key: null } };
    shelf.fill(new Map([[key, { ...state, served }]]), direct);
    return shelf.book.get("ns/a")!.version;
  });
  assert.equal(new Set(versions).size, 3);
  assert.deepEqual(versions.map((version) => shelf.find("ns/a", version)?.kind), ["pair", "pair", "pair"]);
  assert.equal(shelf.find("ns/a", "another"), null);
  shelf.fill(new Map(), direct);
  assert.equal(shelf.find("ns/a", versions[0]), null);
});

Deno.test("SdsShelf has a pair of the namespace trust, which is no bundle", () => {
  const shelf = new SdsShelf();
  shelf.fill(pairsOf({ "trust/a": "usable" }), { ...through, bundles: [bundle("a", "one")] });
  assert.equal(shelf.book.get("trust/a")?.kind, "pair");
  assert.equal(shelf.book.get("trust/ns/a")?.kind, "validation");
  assert.equal(shelf.book.get("trust/ns"), undefined);
});

Deno.test("SdsShelf lets something be sent again that was refused long ago", () => {
  const shelf = new SdsShelf();
  const pairs = pairsOf({ "ns/a": "usable" });
  shelf.fill(pairs, direct);
  const { version } = shelf.book.get("ns/a")!;
  shelf.book.refuse("ns/a", version);
  shelf.refused("ns/a", 0);
  shelf.fill(pairs, { ...direct, now: 1000 });
  assert.equal(shelf.book.offer("ns/a"), undefined);
  shelf.fill(pairs, { ...direct, now: 3_600_000 });
  assert.equal(shelf.book.offer("ns/a")?.version, version);
});
