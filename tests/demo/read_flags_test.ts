import assert from "node:assert/strict";
import { readFlags } from "./read_flags.ts";

Deno.test("readFlags() reads both spellings of --hosts", () => {
  assert.deepEqual(readFlags([]), { once: false, plain: false, hosts: 40 });
  assert.deepEqual(readFlags(["--once", "--hosts", "7"]), { once: true, plain: false, hosts: 7 });
  assert.deepEqual(readFlags(["--hosts=500"]), { once: false, plain: false, hosts: 500 });
});

Deno.test("readFlags() takes fewer hosts for --plain, and not too few", () => {
  assert.deepEqual(readFlags(["--plain"]), { once: false, plain: true, hosts: 3 });
  assert.deepEqual(readFlags(["--hosts=9", "--once", "--plain"]), { once: true, plain: true, hosts: 9 });
  assert.match((readFlags(["--plain", "--hosts", "2"]) as { error: string }).error, /from 3 to 500/);
});

Deno.test("readFlags() says what is wrong", () => {
  const words = (...args: string[]) => (readFlags(args) as { error: string }).error.split("\n")[0];
  assert.equal(words("--twice"), 'Cannot start the demo: unknown argument "--twice"');
  for (const text of ["0", "501", "x", "-1", ""]) {
    assert.equal(
      words("--hosts", text),
      `Cannot start the demo: --hosts needs a number from 1 to 500, not "${text}"`,
    );
  }
});
