import { openTestTexts } from "../fakes/open_test_texts.ts";

Deno.test("openTexts() follows changes, what is new and what is gone", async () => {
  await using tree = openTestTexts((root) => {
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
  await using tree = openTestTexts((root) => {
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

Deno.test("openTexts() reads a file that others are renamed over faster than it ever rests", async () => {
  await using tree = openTestTexts((root) => {
    Deno.mkdirSync(`${root}/tree`);
    Deno.writeTextFileSync(`${root}/tree/a.yaml`, "0");
  });
  await tree.until(["/tree/a.yaml 0"]);
  const replacing = setInterval(() => {
    Deno.writeTextFileSync(`${tree.root}/next`, "1");
    Deno.renameSync(`${tree.root}/next`, `${tree.root}/tree/a.yaml`);
  }, 20);
  try {
    await tree.until(["/tree/a.yaml 1"]);
  } finally {
    clearInterval(replacing);
  }
});
