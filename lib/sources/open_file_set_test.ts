import assert from "node:assert/strict";
import { join } from "node:path";
import { FakeLog } from "../../tests/fakes/fake_log.ts";
import { configSchema } from "../resources/mod.ts";
import { type FileSet, openFileSet } from "./open_file_set.ts";

const { watch } = configSchema.parse({
  watch: { pollInterval: 100, settle: 200, absenceGrace: 200, staleGrace: 200 },
});

/** Two files that fit if they say the same; every pair that was believed is noted. */
async function withPair(
  use: (set: FileSet, dir: string, believed: string[]) => Promise<void>,
  lay: (dir: string) => Promise<void>,
): Promise<void> {
  const dir = await Deno.makeTempDir();
  await lay(dir);
  const believed: string[] = [];
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  const set = openFileSet({
    paths: [join(dir, "a"), join(dir, "b")],
    watch,
    log: new FakeLog(),
    clock: Date.now,
    fits: ([a, b]) => text(a) === text(b),
    onLook() {
      const content = set.content();
      const seen = content === null ? "" : "problem" in content ? "problem" : content.files.map(text).join();
      if (seen !== (believed.at(-1) ?? "")) believed.push(seen);
    },
  });
  try {
    await set.first;
    await use(set, dir, believed);
  } finally {
    await set.stop();
    await Deno.remove(dir, { recursive: true });
  }
}

async function until(what: string, condition: () => boolean): Promise<void> {
  const end = performance.now() + 10_000;
  while (!condition()) {
    assert(performance.now() < end, what);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

async function plain(dir: string, text = "1"): Promise<void> {
  for (const name of ["a", "b"]) await Deno.writeTextFile(join(dir, name), text);
}

/** As the kubelet does it: a new folder, then one link is moved. */
async function swap(dir: string, text: string): Promise<void> {
  await Deno.mkdir(join(dir, `..${text}`));
  for (const name of ["a", "b"]) await Deno.writeTextFile(join(dir, `..${text}`, name), text);
  await Deno.symlink(`..${text}`, join(dir, "..data_tmp"));
  await Deno.rename(join(dir, "..data_tmp"), join(dir, "..data"));
}

Deno.test("openFileSet() never hands out files of two generations that are swapped as the kubelet does it", async () => {
  await withPair(async (set, dir, believed) => {
    for (let n = 2; n <= 40; n++) {
      await swap(dir, String(n));
      await set.look();
    }
    await until("the last one", () => believed.at(-1) === "40,40");
    for (const pair of believed) assert.match(pair, /^(\d+),\1$/);
  }, async (dir) => {
    await swap(dir, "1");
    for (const name of ["a", "b"]) await Deno.symlink(`..data/${name}`, join(dir, name));
  });
});

Deno.test("openFileSet() never hands out files that are being written in place", async () => {
  await withPair(async (set, dir, believed) => {
    for (const name of ["a", "b"]) {
      const file = await Deno.open(join(dir, name), { write: true, truncate: true });
      for (const letter of "second") {
        await file.write(new TextEncoder().encode(letter));
        await set.look();
      }
      file.close();
    }
    await until("the second one", () => believed.at(-1) === "second,second");
    assert.deepEqual(believed, ["1,1", "second,second"]);
  }, plain);
});

Deno.test("openFileSet() believes that files do not fit, or are away, once that has lasted", async () => {
  await withPair(async (_set, dir, believed) => {
    await Deno.writeTextFile(join(dir, "a"), "2");
    await until("they do not fit", () => believed.at(-1) === "2,1");
    await Deno.writeTextFile(join(dir, "b"), "2");
    await until("they fit", () => believed.at(-1) === "2,2");
    await Deno.remove(join(dir, "b"));
    await until("one is away", () => believed.at(-1) === "problem");
    await plain(dir, "3");
    await until("they are back", () => believed.at(-1) === "3,3");
  }, plain);
});
