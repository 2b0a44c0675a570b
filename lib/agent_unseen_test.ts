import assert from "node:assert/strict";
import { UnseenFiles, withUnseen } from "./agent_unseen.ts";

const good = new Map([["/r/a.yaml", "a"], ["/r/sub/b.yaml", "b"]]);
const used = (files: Parameters<typeof withUnseen>[0], before: ReadonlyMap<string, string> = good) =>
  [...withUnseen(files, before, "/r").files].map(([path, file]) =>
    `${path} ${"text" in file ? file.text : "!"}`
  );

Deno.test("withUnseen() changes nothing where the directory can be seen", () => {
  assert.deepEqual(used(new Map([["/r/a.yaml", { text: "new" }]])), ["/r/a.yaml new"]);
  assert.deepEqual(used(new Map(), new Map()), []);
  const bad = new Map([["/r/a.yaml", { problem: "no" }]]);
  assert.deepEqual(used(bad), ["/r/a.yaml !"], "a file that cannot be read is the reader's affair");
});

Deno.test("withUnseen() keeps the files of a directory that cannot be looked into", () => {
  const files = new Map([["/r/a.yaml", { text: "a2" }], ["/r/sub", { problem: "no" }]]);
  assert.deepEqual(used(files), ["/r/a.yaml a2", "/r/sub/b.yaml b"]);
  const { findings } = withUnseen(files, good, "/r");
  assert.deepEqual(findings.map(({ place, message }) => [place.file, message]), [
    ["/r/sub", 'Cannot look into "/r/sub": no'],
  ]);
  assert.deepEqual(used(new Map([["/r", { problem: "gone" }]])), ["/r/a.yaml a", "/r/sub/b.yaml b"]);
  assert.deepEqual(used(new Map([["/r", { problem: "gone" }]]), new Map()), ["/r !"]);
});

Deno.test("withUnseen() keeps everything where the directory is a wrong one", () => {
  const all = ["/a.yaml a", "/sub/b.yaml b"].map((line) => `/r${line}`);
  for (const directory of ["/wrong", "/wrong/"]) {
    const { files } = withUnseen(new Map([["/wrong", { problem: "gone" }]]), good, directory);
    assert.deepEqual(
      [...files].map(([path, file]) => `${path} ${"text" in file && file.text}`),
      all,
    );
  }
  const other = withUnseen(new Map([["/other/c.yaml", { text: "c" }]]), good, "/other");
  assert.deepEqual([...other.files.keys()], ["/other/c.yaml"], "one that can be seen is what is meant");
});

Deno.test("withUnseen() does not believe that everything was deleted, and says so", () => {
  const { files, findings } = withUnseen(new Map(), good, "/r");
  assert.equal(files.size, 2);
  assert.equal(findings.length, 1);
  assert.deepEqual(used(new Map([["/r/none.yaml", { text: "" }]])), ["/r/none.yaml "]);
});

Deno.test("UnseenFiles waits a moment for what has not been seen yet, and believes what was seen and is gone", () => {
  const unseen = new UnseenFiles();
  const look = (now: number, ...names: string[]) => {
    const files = new Map(names.map((name) => [`/r/${name}`, { text: name }]));
    const found = unseen.look(files, good, { directory: "/r", now });
    return [[...found.files.keys()].sort().join(" "), found.again];
  };
  assert.deepEqual(look(0, "a.yaml"), ["/r/a.yaml /r/sub/b.yaml", 5000], "at the start");
  assert.deepEqual(look(1000, "a.yaml", "sub/b.yaml"), ["/r/a.yaml /r/sub/b.yaml", null]);
  assert.deepEqual(look(2000, "a.yaml"), ["/r/a.yaml", null], "b was deleted");
  assert.deepEqual(look(9000), ["/r/a.yaml /r/sub/b.yaml", null], "all at once is not believed");
  assert.deepEqual(look(10_000, "sub/b.yaml"), ["/r/a.yaml /r/sub/b.yaml", 4000], "it fills up again");
  assert.deepEqual(look(14_000, "sub/b.yaml"), ["/r/sub/b.yaml", null]);
});
