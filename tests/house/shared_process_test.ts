import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { findFiles } from "../runner/find_files.ts";
import { isTestFile, shareOut } from "../runner/groups.ts";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));

// One file of the group alone works with paths relative to the directory; the others use none.
const ALLOWED: ReadonlySet<string> = new Set(["tests/docs/_run.ts"]);

Deno.test("what runs side by side in one process leaves its environment and its directory alone", () => {
  const folders = new Set<string>();
  for (const [group, files] of shareOut(findFiles(ROOT, isTestFile))) {
    if (group.workers !== undefined) { for (const file of files) folders.add(dirname(file)); }
  }
  const ofTests = findFiles(ROOT, (path) => path.endsWith(".ts") && folders.has(dirname(path)));
  const guilty = ofTests.filter((path) =>
    /\bDeno\.(env\.(set|delete)|chdir)\(/.test(readFileSync(join(ROOT, path), "utf8"))
  );
  assert.ok(ofTests.length > 100);
  assert.deepEqual(guilty.filter((path) => !ALLOWED.has(path)), []);
});
