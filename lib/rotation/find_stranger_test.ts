import assert from "node:assert/strict";
import { join } from "node:path";
import { inDirectory } from "../../tests/fakes/in_directory.ts";
import { findStranger } from "./find_stranger.ts";
import { planRotation } from "./plan_rotation.ts";
import { createTree, overwrite } from "./rotate.ts";
import type { RotationOptions } from "./rotation_options.ts";

const ROOT = Deno.uid() === 0;
const NOBODY = 65534;

const optionsFor = (configHome: string): RotationOptions => ({
  configHome,
  clock: Date.now,
  sleep: () => Promise.resolve(),
});

Deno.test("findStranger() finds who owns the configuration home, its certs, a folder, or what is above", async () => {
  for (const owned of ["home", "home/certs", "home/certs/envoy", "."]) {
    await inDirectory(async (path) => {
      await Deno.mkdir(join(path, "home/certs/envoy"), { recursive: true });
      // Where the test itself is no root, its own directory is a stranger's to root.
      if (ROOT) {
        assert.equal(await findStranger(join(path, "home"), 0), null);
        await Deno.chown(join(path, owned), NOBODY, NOBODY);
      }
      assert.match(await findStranger(join(path, "home"), 0) ?? "", /belongs to another user \(\d+\)/);
      assert.equal(await findStranger(join(path, "home"), 1000), null);
    });
  }
});

Deno.test("findStranger() finds a directory in which others may write", { ignore: !ROOT }, async () => {
  await inDirectory(async (path) => {
    const home = join(path, "home");
    await Deno.mkdir(home);
    await Deno.chmod(home, 0o757);
    assert.match(await findStranger(home) ?? "", /every user may write in/);
    await Deno.chmod(home, 0o1777);
    assert.equal(await findStranger(home), null);
    await Deno.chown(home, 0, NOBODY);
    await Deno.chmod(home, 0o770);
    assert.match(await findStranger(home) ?? "", /group 65534 may write in/);
    await Deno.chmod(home, 0o750);
    assert.equal(await findStranger(home), null);
  });
});

Deno.test(
  "overwrite() as root follows no link that the owner of the tree has planted",
  { ignore: !ROOT },
  async () => {
    await inDirectory(async (path) => {
      const home = join(path, "home");
      await Deno.mkdir(join(home, "certs/envoy-oidc-hmac"), { recursive: true });
      const secret = join(path, "secret");
      await Deno.writeTextFile(secret, "of root alone", { mode: 0o640 });
      await Deno.symlink(secret, join(home, "certs/lock"));
      await Deno.symlink(secret, join(home, "certs/envoy-oidc-hmac/hmac-secret"));
      await Deno.chown(home, NOBODY, NOBODY);
      await Deno.chown(join(home, "certs"), NOBODY, NOBODY);
      for (const run of [createTree, overwrite]) {
        const { outcome, message, hint } = await run(optionsFor(home));
        assert.equal(outcome, "refused");
        assert.match(message, /belongs to another user \(65534\)/);
        assert.match(hint, /runuser -u/);
      }
      const { decision } = await planRotation("single", optionsFor(home));
      assert.equal(decision.kind, "refuse");
      const { uid, mode } = await Deno.stat(secret);
      assert.deepEqual([uid, mode! & 0o777], [0, 0o640]);
      const names = [...Deno.readDirSync(join(home, "certs"))].map(({ name }) => name).sort();
      assert.deepEqual(names, ["envoy-oidc-hmac", "lock"]);
    });
  },
);
