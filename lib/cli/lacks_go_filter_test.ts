import assert from "node:assert/strict";
import { join } from "node:path";
import { inDirectory } from "../../tests/fakes/in_directory.ts";
import { toolPath } from "../../tests/setup/tools.ts";
import { lacksGoFilter } from "./lacks_go_filter.ts";

const [packaged, contrib] = [toolPath("envoy"), toolPath("envoy-contrib")];

Deno.test("lacksGoFilter() is true of the packaged Envoy", { ignore: packaged === null }, async () => {
  assert.equal(await lacksGoFilter(packaged!), true);
});

Deno.test("lacksGoFilter() is false of an Envoy with the filter", { ignore: contrib === null }, async () => {
  assert.equal(await lacksGoFilter(contrib!), false);
});

Deno.test("lacksGoFilter() says nothing of a program that is no Envoy or cannot be run", async () => {
  await inDirectory(async (dir) => {
    const program = join(dir, "envoy");
    await Deno.writeTextFile(
      program,
      "#!/bin/sh\necho \"Didn't find a registered implementation for 'probe'\" >&2\nexit 1\n",
    );
    await Deno.chmod(program, 0o755);
    assert.equal(await lacksGoFilter(program), false);
    assert.equal(await lacksGoFilter(join(dir, "nothing")), false);
  });
});
