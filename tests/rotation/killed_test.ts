import assert from "node:assert/strict";
import {
  bytesOf,
  createTree,
  HMAC_FILE,
  overwrite,
  readTree,
  stagedRotation,
} from "../../lib/rotation/mod.ts";
import { recover } from "./_crash.ts";
import { assertUsable, inHome, putPlain, TestClock } from "./_trees.ts";

const PROGRAM = new URL("_killed.ts", import.meta.url).pathname;

for (const [mode, step] of [["create", 8], ["overwrite", 12], ["overwrite", 22], ["staged", 40]] as const) {
  Deno.test(`a process that is killed at step ${step} of ${mode} leaves what the next run finishes`, async () => {
    await inHome(async (home) => {
      if (mode !== "create") await putPlain(home, 0);
      const hmac = mode === "create" ? null : bytesOf((await readTree(home)).files.get(HMAC_FILE)!);
      const { signal } = await new Deno.Command(Deno.execPath(), {
        args: ["run", "-A", PROGRAM, mode, home, String(step)],
        stdout: "null",
      }).output();
      assert.equal(signal, "SIGKILL");
      if (mode !== "create") await assertUsable(home, "after the kill");
      const clock = new TestClock();
      clock.now = Date.now();
      const options = { configHome: home, clock: clock.read, sleep: clock.sleep };
      const run = { create: createTree, overwrite, staged: stagedRotation }[mode];
      await recover(home, run, options, `step ${step}`);
      const kept = (await readTree(home)).files.get(HMAC_FILE)!;
      if (hmac !== null) assert.deepEqual(bytesOf(kept), hmac);
    });
  });
}
