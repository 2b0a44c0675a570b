import { overwrite, stagedRotation } from "../../lib/rotation/mod.ts";
import { crashEverywhere } from "./_crash.ts";
import { putPlain } from "./_trees.ts";

for (const run of [overwrite, stagedRotation]) {
  Deno.test(`${run.name}() can crash at every step of taking over the files of Envoy Gateway`, async () => {
    await crashEverywhere((home) => putPlain(home, 0), run, false);
  });
}
