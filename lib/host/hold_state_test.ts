import assert from "node:assert/strict";
import { tryHoldState } from "./hold_state.ts";

Deno.test("tryHoldState() gives a directory to one at a time", async () => {
  const directory = await Deno.makeTempDir();
  try {
    const release = await tryHoldState(directory);
    assert(release !== null);
    assert.equal(await tryHoldState(directory), null);
    release();
    const again = await tryHoldState(directory);
    assert(again !== null, "what one gave back another may take");
    again();
    assert.equal((await Deno.stat(`${directory}/lock`)).mode! & 0o777, 0o600);
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
});
