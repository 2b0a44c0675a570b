import assert from "node:assert/strict";
import { FakeLog } from "../../tests/fakes/fake_log.ts";
import { QUICK } from "../../tests/fakes/open_test_sources.ts";
import { openTexts, type Texts } from "./mod.ts";

/** Opens a tree in a directory of its own; `until` resolves once the texts are as wanted. */
function openTree(fill: (root: string) => void) {
  const root = Deno.makeTempDirSync();
  fill(root);
  let check = () => {};
  const texts: Texts = openTexts({
    directory: `${root}/tree`,
    watch: QUICK,
    log: new FakeLog(),
    clock: Date.now,
    onChange: () => check(),
  });
  const shown = () =>
    [...texts.texts()].map(([path, text]) =>
      `${path.slice(root.length)} ${"text" in text ? text.text : text.problem.replaceAll(root, "")}`
    );
  const until = (wanted: string[]) => {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const timer = setTimeout(() => reject(new Error(`Cannot wait any longer: ${shown()}`)), 10_000);
    check = () => shown().join("\n") === wanted.join("\n") && resolve();
    check();
    return promise.finally(() => clearTimeout(timer));
  };
  const close = async () => {
    await texts.stop();
    Deno.removeSync(root, { recursive: true });
  };
  return { root, texts, shown, until, [Symbol.asyncDispose]: close };
}

Deno.test("openTexts() hands out the texts of a tree, without hidden and other files", async () => {
  await using tree = openTree((root) => {
    Deno.mkdirSync(`${root}/tree/more/.git`, { recursive: true });
    Deno.mkdirSync(`${root}/tree/folder.yaml`);
    const files = ["b.yaml", "a.json", "more/c.yml", "more/.git/d.yaml", ".e.yaml", "README.md", "f.yaml~"];
    for (const file of files) Deno.writeTextFileSync(`${root}/tree/${file}`, file);
    Deno.symlinkSync("..", `${root}/tree/more/up`);
    Deno.symlinkSync("b.yaml", `${root}/tree/link.yaml`);
  });
  await tree.texts.first;
  assert.deepEqual(tree.shown(), [
    "/tree/a.json a.json",
    "/tree/b.yaml b.yaml",
    "/tree/link.yaml b.yaml",
    "/tree/more/c.yml more/c.yml",
  ]);
  const before = tree.texts.texts();
  await tree.texts.look();
  assert.equal(tree.texts.texts(), before);
});

Deno.test("openTexts() follows changes, what is new and what is gone", async () => {
  await using tree = openTree((root) => {
    Deno.mkdirSync(`${root}/tree`);
    Deno.writeTextFileSync(`${root}/tree/a.yaml`, "1");
  });
  await tree.until(["/tree/a.yaml 1"]);
  Deno.writeTextFileSync(`${tree.root}/tree/a.yaml`, "2");
  Deno.mkdirSync(`${tree.root}/tree/new`);
  Deno.writeTextFileSync(`${tree.root}/tree/new/b.yaml`, "3");
  await tree.until(["/tree/a.yaml 2", "/tree/new/b.yaml 3"]);
  Deno.removeSync(`${tree.root}/tree/a.yaml`);
  await tree.until(["/tree/new/b.yaml 3"]);
});

Deno.test("openTexts() says which file cannot be read, and keeps what it has of a tree that is away", async () => {
  await using tree = openTree((root) => {
    Deno.mkdirSync(`${root}/tree`);
    Deno.writeTextFileSync(`${root}/tree/a.yaml`, "1");
    Deno.writeFileSync(`${root}/tree/b.yaml`, new Uint8Array([0xff, 0xfe]));
  });
  await tree.texts.first;
  await tree.until(["/tree/a.yaml 1", '/tree/b.yaml "/tree/b.yaml" is not UTF-8 text']);
  Deno.removeSync(`${tree.root}/tree/b.yaml`);
  await tree.until(["/tree/a.yaml 1"]);
  Deno.renameSync(`${tree.root}/tree`, `${tree.root}/away`);
  await tree.until(['/tree "/tree" does not exist', "/tree/a.yaml 1"]);
  Deno.renameSync(`${tree.root}/away`, `${tree.root}/tree`);
  await tree.until(["/tree/a.yaml 1"]);
});
