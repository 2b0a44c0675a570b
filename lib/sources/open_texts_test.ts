import assert from "node:assert/strict";
import { openTestTexts } from "../../tests/fakes/open_test_texts.ts";

Deno.test("openTexts() hands out the texts of a tree, without hidden and other files", async () => {
  await using tree = openTestTexts((root) => {
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
