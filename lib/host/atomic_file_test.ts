import assert from "node:assert/strict";
import { join } from "node:path";
import { removeLeftovers, writeAtomic } from "./atomic_file.ts";

Deno.test("writeAtomic() replaces the content with the mode asked for and leaves nothing beside it", async () => {
  const dir = await Deno.makeTempDir();
  const path = join(dir, "f");
  await writeAtomic(path, "one", 0o600);
  await writeAtomic(path, "two", 0o600);
  assert.equal(await Deno.readTextFile(path), "two");
  assert.equal((await Deno.stat(path)).mode! & 0o777, 0o600);
  assert.deepEqual([...Deno.readDirSync(dir)].map((entry) => entry.name), ["f"]);
  await Deno.remove(dir, { recursive: true });
});

Deno.test("writeAtomic() leaves the old file and no temporary one when it fails", async () => {
  const dir = await Deno.makeTempDir();
  const path = join(dir, "sub");
  await Deno.mkdir(join(path, "full"), { recursive: true });
  await assert.rejects(writeAtomic(path, "one", 0o600));
  assert.deepEqual([...Deno.readDirSync(dir)].map((entry) => entry.name), ["sub"]);
  await Deno.remove(dir, { recursive: true });
});

Deno.test("removeLeftovers() removes what a killed writer left, and nothing else", async () => {
  const dir = await Deno.makeTempDir();
  const left = `.certgate-${crypto.randomUUID()}.tmp`;
  const others = [".hidden", ".certgate-x.tmp", "certgate.yaml", `${left}.keep`];
  for (const name of [left, ...others]) await Deno.writeTextFile(join(dir, name), "x");
  await removeLeftovers(dir);
  assert.deepEqual([...Deno.readDirSync(dir)].map((entry) => entry.name).sort(), others.toSorted());
  await Deno.remove(dir, { recursive: true });
});
