import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { readSources } from "./read_sources.ts";

Deno.test("readSources() follows imports inside tests, in a circle too, and no further", () => {
  const root = mkdtempSync(join(tmpdir(), "certgate-sources-"));
  try {
    const files = {
      "tests/e2e/a_test.ts":
        `import { ignore } from "./harness/mod.ts";\nimport { x } from "../../lib/x.ts";`,
      "tests/e2e/harness/mod.ts": `export { ignore } from "./bed.ts";`,
      "tests/e2e/harness/bed.ts": `import "./mod.ts";\nimport { y } from "./mod.ts";\ntoolPath("envoy")`,
      "lib/x.ts": `toolPath("nothing")`,
    };
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(dirname(join(root, path)), { recursive: true });
      writeFileSync(join(root, path), text);
    }
    const text = readSources(root, "tests/e2e/a_test.ts");
    assert.match(text, /toolPath\("envoy"\)/);
    assert.doesNotMatch(text, /nothing/);
  } finally {
    rmSync(root, { recursive: true });
  }
});
