import assert from "node:assert/strict";
import { join } from "node:path";
import { FakeLog } from "../../tests/fakes/fake_log.ts";
import { openKeep } from "./keep.ts";

const bytes = (text: string) => new TextEncoder().encode(text);

async function bed(use: (directory: string, log: FakeLog) => Promise<void>) {
  const parent = await Deno.makeTempDir();
  try {
    await use(join(parent, "pairs"), new FakeLog());
  } finally {
    await Deno.remove(parent, { recursive: true });
  }
}

const names = (directory: string) => [...Deno.readDirSync(directory)].map(({ name }) => name);

Deno.test("openKeep() finds after a restart what was put and not removed, readable by its owner only", () =>
  bed(async (directory, log) => {
    const keep = await openKeep(directory, log);
    assert.equal(keep.entries().size, 0);
    keep.put("ns/a", bytes("one"));
    keep.put("ns/b", bytes("two"));
    keep.put("../\n\u{1f600}", bytes(""));
    keep.put("ns/c", bytes("three"));
    keep.remove("ns/b");
    keep.remove("never there");
    await keep.settled();
    for (const name of names(directory)) {
      assert.match(name, /^[0-9a-f]{32}\.keep$/);
      assert.equal((await Deno.stat(join(directory, name))).mode! & 0o777, 0o600);
    }
    assert.equal((await Deno.stat(directory)).mode! & 0o777, 0o700);
    const again = await openKeep(directory, log);
    const wanted = [["../\n\u{1f600}", ""], ["ns/a", "one"], ["ns/c", "three"]];
    const read = [...again.entries()].map(([key, value]) => [key, new TextDecoder().decode(value)]);
    assert.deepEqual(read.sort(), wanted.sort());
    assert.equal(again.entries().size, 0);
    again.remove("ns/a");
    await again.settled();
    assert.equal(names(directory).length, 2);
    assert.deepEqual(log.lines, []);
  }));

Deno.test("openKeep() writes the latest of many wishes for one key", () =>
  bed(async (directory, log) => {
    const keep = await openKeep(directory, log);
    for (let i = 0; i <= 100; i++) {
      keep.put("a", bytes(`${i}`));
      if (i % 10 === 5) keep.remove("a");
    }
    await keep.settled();
    assert.equal(new TextDecoder().decode((await openKeep(directory, log)).entries().get("a")), "100");
  }));

Deno.test("openKeep() sets damaged files aside, removes what a killed writer left, and goes on", () =>
  bed(async (directory, log) => {
    const keep = await openKeep(directory, log);
    for (const key of ["a", "b", "c", "d"]) keep.put(key, bytes(`value of ${key}`));
    await keep.settled();
    const [cut, foreign, swapped] = names(directory).map((name) => join(directory, name));
    await Deno.truncate(cut, 80);
    await Deno.writeTextFile(foreign, "");
    await Deno.rename(swapped, join(directory, `${"0".repeat(32)}.keep`));
    await Deno.writeTextFile(join(directory, `.certgate-${crypto.randomUUID()}.tmp`), "half");
    assert.equal((await openKeep(directory, log)).entries().size, 1);
    assert.equal(names(directory).filter((name) => name.endsWith(".damaged")).length, 3);
    assert.equal(names(directory).length, 4);
    assert.equal(log.sentences("warn").length, 3);
  }));

Deno.test("openKeep() goes on where nothing can be kept", async () => {
  const log = new FakeLog();
  const keep = await openKeep("/proc/nowhere", log);
  keep.put("a", bytes("1"));
  keep.remove("b");
  await keep.settled();
  assert.equal(log.sentences("warn").length, 2);
  assert(!JSON.stringify(log.lines).includes("MQ=="));
});
