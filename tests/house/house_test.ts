import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { findFiles } from "../runner/find_files.ts";
import { toolPath } from "../setup/tools.ts";
import { command, deno, type Ended } from "./deno.ts";
import { documented } from "./documented.ts";
import { checkPurely, pureFiles } from "./pure_types.ts";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const shellScripts = [".ci/run", "install.sh", "deploy/rollout.sh", "tests/install/_host_command.sh"].filter((
  path,
) => existsSync(join(ROOT, path)));

function assertGood({ success, output }: Ended): void {
  assert.ok(success, `\n${output}`);
}

Deno.test("deno fmt has nothing to change", async () => {
  assertGood(await deno(["fmt", "--check"], ROOT));
});

Deno.test("deno lint has nothing to say, the project's own rules included", async () => {
  assertGood(await deno(["lint"], ROOT));
});

Deno.test("every module has sound types, and every example in a doc comment", async () => {
  assertGood(await deno(["check", "--doc", ...findFiles(ROOT, (path) => path.endsWith(".ts"))], ROOT));
});

Deno.test("ranks 0 to 4 have sound types with no Deno in scope", async () => {
  const files = pureFiles(ROOT);
  assert.ok(files.some((file) => file.endsWith("lib/model/mod.ts")), "the pure files are found");
  assertGood(await checkPurely(ROOT, files));
});

Deno.test("the public surface is documented", async () => {
  assertGood(await deno(["doc", "--lint", "mod.ts"], ROOT));
});

Deno.test("examples in doc comments run", async () => {
  const files = documented(ROOT);
  // Their types are checked with those of the modules.
  const args = ["test", "-A", "--doc", "--no-check", "--permit-no-files", ...files];
  if (files.length > 0) assertGood(await deno(args, ROOT));
});

Deno.test("code generated from proto/ is up to date", async () => {
  assertGood(await deno(["run", "-A", "proto/generate.ts", "--check"], ROOT));
});

Deno.test("shell scripts are free of the mistakes that shellcheck knows", {
  ignore: toolPath("shellcheck") === null,
}, async () => {
  assert.ok(shellScripts.includes(".ci/run"));
  assertGood(await command(toolPath("shellcheck")!, shellScripts, ROOT));
});

Deno.test(
  "shell scripts have the form that shfmt gives them",
  { ignore: toolPath("shfmt") === null },
  async () => {
    // The width of a step comes from .editorconfig.
    assertGood(await command(toolPath("shfmt")!, ["-d", ...shellScripts], ROOT));
  },
);
