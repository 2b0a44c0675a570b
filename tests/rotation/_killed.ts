import { createTree, overwrite, stagedRotation } from "../../lib/rotation/mod.ts";

/** Rotates, and is killed by the kernel at a step: `MODE HOME STEP`. */
const [mode, configHome, step] = Deno.args;
let count = 0;
const options = {
  configHome,
  clock: Date.now,
  sleep: () => Promise.resolve(),
  convergence: 0,
  at: () => {
    if (++count === Number(step)) Deno.kill(Deno.pid, "SIGKILL");
  },
};
const run = mode === "create" ? createTree : mode === "staged" ? stagedRotation : overwrite;
await run(options);
