import assert from "node:assert/strict";
import { Directories } from "./_directories.ts";
import { Pattern } from "./_pattern.ts";

const FILES = [
  "a/tls.crt",
  "b/tls.crt",
  "b/old/tls.crt",
  "c/deep/er/tls.crt",
  ".hidden/tls.crt",
  "README",
  "flat.pem",
  "b/..data/tls.crt",
];

function makeTree(): string {
  const root = Deno.makeTempDirSync();
  for (const file of FILES) {
    Deno.mkdirSync(`${root}/${file}`.replace(/\/[^/]*$/, ""), { recursive: true });
    Deno.writeTextFileSync(`${root}/${file}`, "");
  }
  Deno.symlinkSync(`${root}/c`, `${root}/link`);
  Deno.symlinkSync(`..`, `${root}/c/up`);
  return root;
}

function find(root: string, pattern: string, exclude: string[] = []): string[] {
  const directories = new Directories();
  directories.begin({ now: 0, wall: 0 });
  const { matches } = new Pattern(`${root}/${pattern}`, exclude).find(directories);
  return matches.map(({ path, kind }) => `${kind[0]} ${path.slice(root.length + 1)}`);
}

Deno.test("Pattern.find() finds directories and files, links followed, hidden names left out", () => {
  const root = makeTree();
  assert.deepEqual(find(root, "*"), ["f README", "d a", "d b", "d c", "f flat.pem", "d link"]);
  assert.deepEqual(find(root, "a"), ["d a"]);
  assert.deepEqual(find(root, "a/"), ["d a"]);
  assert.deepEqual(find(root, "nobody"), []);
  assert.deepEqual(find(root, "*/tls.crt"), ["f a/tls.crt", "f b/tls.crt"]);
  assert.deepEqual(find(root, "{a,c/deep}/**/tls.crt"), ["f a/tls.crt", "f c/deep/er/tls.crt"]);
  assert.deepEqual(find(root, "[ab]/tls.???"), ["f a/tls.crt", "f b/tls.crt"]);
  assert.deepEqual(find(root, "**/er"), ["d c/deep/er"]);
  assert.deepEqual(find(root, "link/*/er"), ["d link/deep/er"]);
  Deno.removeSync(root, { recursive: true });
});

Deno.test("Pattern.find() leaves out what is excluded, and everything below it", () => {
  const root = makeTree();
  assert.deepEqual(find(root, "**/tls.crt", ["old"]), ["f a/tls.crt", "f b/tls.crt", "f c/deep/er/tls.crt"]);
  assert.deepEqual(find(root, "**/tls.crt", ["b", `${root}/c/**`]), ["f a/tls.crt"]);
  assert.deepEqual(find(root, "*", ["*.pem", "README", "link"]), ["d a", "d b", "d c"]);
  assert.deepEqual(find(root, "*/*", ["c/*", "b/o*", "link/*"]), ["f a/tls.crt", "f b/tls.crt"]);
  Deno.removeSync(root, { recursive: true });
});

Deno.test("Pattern.find() gives the same object until a directory on the way changes", () => {
  const root = makeTree();
  // Times have steps: what changes right after the directory was made would leave the same one behind.
  Deno.utimeSync(root, 1, 1);
  const directories = new Directories();
  const pattern = new Pattern(`${root}/*`, []);
  const look = () => {
    // Long after the directory was changed, so that its times can be trusted.
    directories.begin({ now: 0, wall: Date.now() + 3_600_000 });
    const matches = pattern.find(directories);
    directories.end();
    return matches;
  };
  const before = look();
  assert.equal(look(), before);
  Deno.mkdirSync(`${root}/new`);
  assert.ok(look().matches.some(({ path }) => path === `${root}/new`));
  Deno.removeSync(root, { recursive: true });
});

Deno.test("Pattern knows a path without wildcards, and the directory above the first wildcard", () => {
  for (
    const [text, literal, base] of [
      ["/etc/tls/a", "/etc/tls/a", "/etc/tls"],
      ["/etc/tls/*", null, "/etc/tls"],
      ["/etc/{a,b}/c/*.pem", null, "/etc"],
      ["/*", null, "/"],
    ] as const
  ) {
    const pattern = new Pattern(text, []);
    assert.deepEqual([pattern.literal, pattern.base], [literal, base], text);
  }
});
