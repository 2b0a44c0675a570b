import assert from "node:assert/strict";
import { pairOf } from "../../../tests/fakes/sds_scene.ts";
import { KeyMaterial } from "../../model/mod.ts";
import { SdsBook } from "./sds_book.ts";
import { makeSdsResource } from "./sds_resource.ts";

const text = (value: string) => new TextEncoder().encode(value);

function watched(book: SdsBook): string[][] {
  const told: string[][] = [];
  book.watch((names) => told.push([...names].sort()));
  return told;
}

const mapOf = (...resources: ReturnType<typeof pairOf>[]) =>
  new Map(resources.map((resource) => [resource.name, resource]));

Deno.test("SdsBook tells of names that changed, and of no others", () => {
  const book = new SdsBook();
  const told = watched(book);
  book.use(mapOf(pairOf("a", "1"), pairOf("b", "1"), pairOf("c", "1")));
  book.use(mapOf(pairOf("a", "1"), pairOf("b", "2"), pairOf("d", "1")));
  book.put(pairOf("a", "1"));
  book.put(pairOf("a", "2"));
  book.remove("d");
  book.remove("d");
  assert.deepEqual(told, [["a", "b", "c"], ["b", "c", "d"], ["a"], ["d"]]);
  assert.deepEqual([...book.resources()].map(({ name }) => name).sort(), ["a", "b"]);
  assert.equal(book.size, 2);
});

Deno.test("SdsBook tells nobody who has ended it", () => {
  const book = new SdsBook();
  let told = 0;
  const end = book.watch(() => told++);
  book.put(pairOf("a", "1"));
  end();
  book.put(pairOf("a", "2"));
  assert.equal(told, 1);
});

Deno.test("SdsBook offers no version that was refused, until it is pardoned", () => {
  const book = new SdsBook();
  const [one, two] = [pairOf("a", "1"), pairOf("a", "2")];
  book.put(two);
  assert.equal(book.refuse("a", two.version), true);
  assert.equal(book.refuse("a", two.version), false);
  assert.equal(book.offer("a"), undefined);
  assert.equal(book.get("a"), two);
  book.put(one);
  assert.equal(book.offer("a"), one);
  book.put(two);
  assert.equal(book.offer("a"), undefined);
  const told = watched(book);
  book.pardon("a");
  assert.equal(book.offer("a"), two);
  assert.deepEqual(told, [["a"]]);
});

Deno.test("SdsBook makes what is derived of others when it is asked for, and tells when that is another", () => {
  const book: SdsBook = new SdsBook({
    derive(name) {
      if (!name.includes("+")) return undefined;
      const parts = name.split("+").map((part) => book.get(part)?.version);
      return !parts.includes(undefined) ? pairOf(name, parts.join()) : undefined;
    },
  });
  const told = watched(book);
  assert.equal(book.get("a+b"), undefined);
  book.use(mapOf(pairOf("a", "1"), pairOf("b", "1"), pairOf("c", "1")));
  const made = book.offer("a+b");
  assert.equal(book.get("a+b"), made);
  assert.deepEqual([...book.resources()].map(({ name }) => name), ["a", "b", "c", "a+b"]);
  book.put(pairOf("c", "2"));
  book.put(pairOf("b", "2"));
  assert.notEqual(book.get("a+b")?.version, made?.version);
  book.remove("b");
  assert.equal(book.get("a+b"), undefined);
  assert.deepEqual(told, [["a", "a+b", "b", "c"], ["c"], ["a+b", "b"], ["a+b", "b"]]);
  book.forget("a+b");
  book.put(pairOf("b", "1"));
  assert.deepEqual(told.at(-1), ["b"]);
});

Deno.test("SdsBook remembers a bounded number of refused versions, the newest", () => {
  const book = new SdsBook();
  for (let i = 0; i < 40; i++) book.refuse("a", String(i));
  assert.ok(book.isRefused("a", "39"));
  assert.ok(!book.isRefused("a", "0"));
  for (let i = 0; i < 10_001; i++) book.refuse(`n${i}`, "1");
  assert.ok(!book.isRefused("a", "39"));
  assert.ok(book.isRefused("n10000", "1"));
});

Deno.test("makeSdsResource() has a version that only the content decides", () => {
  assert.equal(pairOf("a", "1").version, pairOf("a", "1").version);
  const others = [pairOf("a", "2"), pairOf("b", "1")];
  assert.equal(new Set([pairOf("a", "1"), ...others].map(({ version }) => version)).size, 3);
  const bundle = makeSdsResource("trust/a", { kind: "trust", bundle: text("x") });
  assert.deepEqual({ ...bundle }, { name: "trust/a", version: bundle.version, kind: "validation" });
});

Deno.test("makeSdsResource() makes what nobody prints the key of", () => {
  const pair = { certificate: text("chain"), key: new KeyMaterial(text("very secret")) };
  const resource = makeSdsResource("a", { kind: "pair", pair });
  const printed = [JSON.stringify(resource), Deno.inspect(resource), JSON.stringify({ ...resource })];
  const hidden = Buffer.from("very secret");
  assert.ok(Buffer.from(resource.bytes).includes(hidden));
  for (const text of printed) {
    assert.ok(!text.includes("very secret"), text);
    assert.ok(!text.includes([...hidden].join(",")), text);
  }
});
