import assert from "node:assert/strict";
import { ContentMemo } from "./content_memo.ts";

const bytes = (text: string) => new TextEncoder().encode(text);

Deno.test("ContentMemo knows equal content again and no other", () => {
  const memo = new ContentMemo<number>(1000);
  const content = bytes("certificate one");
  memo.put(content, 1);
  content[0] = 0;
  assert.equal(memo.find(bytes("certificate one")), 1);
  assert.equal(memo.find(content), undefined);
  assert.equal(memo.find(bytes("")), undefined);
});

Deno.test("ContentMemo copies what it keeps, a part of a larger buffer too", () => {
  const memo = new ContentMemo<number>(1000);
  const snapshot = Buffer.from("before certificate after");
  memo.put(snapshot.subarray(7, 18), 1);
  snapshot.fill(0);
  assert.equal(memo.find(bytes("certificate")), 1);
});

Deno.test("ContentMemo tells contents apart that share a sample", () => {
  const memo = new ContentMemo<number>(100_000);
  const first = new Uint8Array(4000).fill(7);
  const second = first.slice();
  second[5] = 8;
  memo.put(first, 1);
  memo.put(second, 2);
  assert.equal(memo.find(first.slice()), 1);
  assert.equal(memo.find(second.slice()), 2);
});

Deno.test("ContentMemo keeps what is looked up and forgets the rest within its limit", () => {
  const memo = new ContentMemo<number>(100);
  const used = bytes("used".padEnd(30));
  memo.put(used, 0);
  for (let i = 1; i <= 40; i++) {
    memo.put(bytes(`other ${i}`.padEnd(30)), i);
    assert.equal(memo.find(used), 0);
  }
  assert.equal(memo.find(bytes("other 1".padEnd(30))), undefined);
  assert.equal(memo.find(bytes("other 40".padEnd(30))), 40);
});

Deno.test("ContentMemo takes content larger than its limit", () => {
  const memo = new ContentMemo<number>(10);
  memo.put(new Uint8Array(50), 1);
  assert.equal(memo.find(new Uint8Array(50)), 1);
});
