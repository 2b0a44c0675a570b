import assert from "node:assert/strict";
import { join } from "node:path";
import { FakeLog } from "../../tests/fakes/fake_log.ts";
import { tempRoot } from "../../tests/fakes/pair_files.ts";
import { openBook } from "./book.ts";
import { freshRecord } from "./pair_record.ts";

Deno.test("openBook() gives back what was written, and sets a damaged record aside", async () => {
  using root = tempRoot();
  const directory = join(root.path, "pairs");
  const log = new FakeLog();
  const book = await openBook(directory, log);
  const records = ["a/b", "a/c"].map((key) => freshRecord(key as "a/b", "digest"));
  for (const record of records) await book.write({ ...record, attempts: 2 });
  await book.write(records[0]);
  assert.equal((await Deno.stat(directory)).mode! & 0o777, 0o700);
  const again = await openBook(directory, log);
  assert.deepEqual([...again.entries()].sort(), [["a/b", records[0]], ["a/c", {
    ...records[1],
    attempts: 2,
  }]]);
  for await (const { name } of Deno.readDir(directory)) {
    assert.equal((await Deno.stat(join(directory, name))).mode! & 0o777, 0o600);
    await Deno.writeTextFile(join(directory, name), '{"format":1,"key":"a/b"}');
  }
  assert.equal((await openBook(directory, log)).entries().size, 0);
  assert.deepEqual(log.sentences("warn"), [
    "what is remembered of an issued pair is damaged, it is set aside",
    "what is remembered of an issued pair is damaged, it is set aside",
  ]);
  await again.remove("a/b");
  await again.remove("a/b");
});
