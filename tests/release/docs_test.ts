import assert from "node:assert/strict";
import { COMPILE_FLAGS, FLAGS } from "../../release/permissions.ts";

Deno.test("FLAGS are the ones that docs/release.md explains, in the same words", async () => {
  const page = await Deno.readTextFile(new URL("../../docs/release.md", import.meta.url));
  const rows = [...page.matchAll(/^\| `(--\S+)` +\| (.*?) +\|$/gm)].map(([, flag, why]) => ({ flag, why }));
  assert.deepEqual(rows, [...FLAGS, ...COMPILE_FLAGS]);
});
