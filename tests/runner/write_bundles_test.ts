import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { writeBundles } from "./write_bundles.ts";

function inFolder(use: (folder: string) => void): void {
  const folder = mkdtempSync(join(tmpdir(), "certgate-bundles-"));
  try {
    use(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** The files that a bundle imports. */
const importsOf = (bundle: string) =>
  [...readFileSync(bundle, "utf8").matchAll(/^import "file:\/\/\/checkout\/(.+)";$/gm)].map(([, file]) =>
    file
  );

Deno.test("writeBundles() has every file in exactly one bundle, neighbours in different ones", () => {
  inFolder((folder) => {
    const files = ["a_test.ts", "b_test.ts", "c_test.ts", "lib/d_test.ts", "lib/e_test.ts"];
    const bundles = writeBundles(files, { root: "/checkout", folder, count: 2 });
    assert.deepEqual(bundles.map(importsOf), [
      ["a_test.ts", "c_test.ts", "lib/e_test.ts"],
      ["b_test.ts", "lib/d_test.ts"],
    ]);
  });
});

Deno.test("writeBundles() leaves a file alone that has nobody beside it, and makes no empty bundle", () => {
  inFolder((folder) => {
    const bundle = (files: string[], count: number) =>
      writeBundles(files, { root: "/checkout", folder, count });
    assert.deepEqual(bundle(["a_test.ts", "b_test.ts"], 4), ["a_test.ts", "b_test.ts"]);
    assert.deepEqual(bundle(["a_test.ts"], 1), ["a_test.ts"]);
    assert.deepEqual(bundle([], 2), []);
  });
});
