import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { checkPurely, pureFiles } from "./pure_types.ts";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));

Deno.test("checkPurely() fails on a file that knows Deno, and names the place", async () => {
  const folder = mkdtempSync(join(tmpdir(), "certgate-impure-"));
  try {
    const [pure, impure] = ["pure.ts", "impure.ts"].map((name) => join(folder, name));
    writeFileSync(pure, "export const bytes = new TextEncoder().encode(new URL('https://a').href);\n");
    writeFileSync(impure, "export const id = Deno.pid;\n");
    const good = await checkPurely(ROOT, [pure]);
    assert.ok(good.success, good.output);
    const bad = await checkPurely(ROOT, [pure, impure]);
    assert.equal(bad.success, false);
    assert.match(bad.output, /Cannot find name 'Deno'/);
    assert.match(bad.output, /impure\.ts:1:/);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

Deno.test("pureFiles() takes ranks 0 to 4 and leaves tests and higher ranks out", () => {
  const files = pureFiles(ROOT).map((file) => file.slice(ROOT.length));
  assert.ok(files.includes("lib/model/mod.ts"));
  assert.deepEqual(
    files.filter((file) => /_test\.ts$|^lib\/(host|outputs|server|cli)\/|agent|^tests/.test(file)),
    [],
  );
});
