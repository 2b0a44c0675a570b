import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { parseConfig } from "../../lib/resources/mod.ts";
import { Host, SHELLS } from "./_host.ts";
import { releasesFor } from "./_releases.ts";

const { url } = await releasesFor({ "0.1.0": {}, "0.2.0": {} });
const env = { DESTDIR: "", CERTGATE_HOST_COMMANDS: "" };
const analyze = ["/usr/bin/systemd-analyze", "/bin/systemd-analyze"].find((path) => existsSync(path));

for (const shell of SHELLS) {
  Deno.test(`install.sh --prefix installs below one directory, without root (${shell.name})`, async () => {
    await using host = await Host.make(shell);
    const prefix = join(host.root, "my own/opt");
    const args = ["--prefix", prefix, "--version", "0.1.0", "--base-url", url];
    const { code, stderr, stdout, calls } = await host.run(args, { env });
    assert.deepEqual([code, stderr, calls], [0, "", []]);
    assert.match(stdout, /systemctl --user/);
    const config = parseConfig(await host.read("my own/opt/etc/certgate/config.yaml"), "config.yaml");
    assert.ok(config.ok);
    assert.equal(config.config.stateDir, `${prefix}/var/lib/certgate`);
    assert.equal(config.config.hook.listen, `unix://${prefix}/var/run/certgate/hook.sock`);
    const unit = await host.read("my own/opt/share/systemd/user/certgate.service");
    assert.match(unit, new RegExp(`^WorkingDirectory=${prefix}/var$`, "m"));
    assert.match(unit, new RegExp(`^ExecStart="${prefix}/bin/certgate" run --config "${prefix}/etc/`, "m"));
    const outside = Object.keys(await host.state()).filter((path) => !path.startsWith("root/my own/opt/"));
    assert.deepEqual(outside.filter((path) => !/^root\/(run|my own)/.test(path)), []);

    const before = await host.state();
    await host.run(args, { env });
    assert.deepEqual(await host.state(), before, "the second time nothing changes");
    const upgraded = await host.run(["--prefix", prefix, "--version", "0.2.0", "--base-url", url], { env });
    assert.deepEqual([upgraded.code, upgraded.calls], [0, []]);

    await host.run(["--prefix", prefix, "--uninstall"], { env });
    assert.equal(host.has("my own/opt/bin"), false);
    assert.equal(host.has("my own/opt/etc/certgate/config.yaml"), true);
    const purged = await host.run(["--prefix", prefix, "--purge"], { env });
    assert.deepEqual([purged.code, purged.calls], [0, []]);
    assert.equal(host.has("my own/opt"), false, "an empty prefix goes as well");
  });
}

Deno.test("install.sh --prefix is relative to where it is run, and refuses what would not work", async () => {
  await using host = await Host.make(SHELLS[0]);
  const args = (prefix: string) => ["--prefix", prefix, "--version", "0.1.0", "--base-url", url];
  assert.equal((await host.run(args("tmp/here/"), { env })).code, 0);
  assert.ok(existsSync(join(host.folder, "tmp/here/bin/certgate")));
  for (
    const [prefix, error] of [["/", /Cannot use \//], ["a$b", /are possible/], [
      "x".repeat(80),
      /too long/,
    ]] as const
  ) {
    const { code, stderr } = await host.run(args(prefix), { env });
    assert.equal(code, 2);
    assert.match(stderr, error);
  }
  assert.equal((await host.run(args("x"))).code, 2, "not with DESTDIR");
});

Deno.test(
  "install.sh --prefix writes a unit that systemd understands",
  { ignore: analyze === undefined },
  async () => {
    await using host = await Host.make(SHELLS[0]);
    const prefix = join(host.root, "my own");
    await host.run(["--prefix", prefix, "--version", "0.1.0", "--base-url", url], { env });
    const { code, stderr } = await new Deno.Command(analyze!, {
      args: ["verify", "--user", join(prefix, "share/systemd/user/certgate.service")],
      env: { XDG_RUNTIME_DIR: join(host.folder, "tmp") },
    }).output();
    const said = new TextDecoder().decode(stderr);
    assert.doesNotMatch(said, /certgate/);
    assert.equal(code, 0, said);
  },
);
