import assert from "node:assert/strict";
import { join } from "node:path";
import { Host, SHELLS } from "./_host.ts";
import { releasesFor } from "./_releases.ts";

const { url } = await releasesFor({ "0.1.0": {} });
const ARGS = ["--version", "0.1.0", "--base-url", url];

for (const shell of SHELLS) {
  Deno.test(`install.sh --uninstall keeps configuration, state and users (${shell.name})`, async () => {
    await using host = await Host.make(shell);
    await host.run(ARGS);
    await host.write("etc/certgate/config.yaml", "sources: []\n", 0o640);
    await host.write("var/lib/certgate/verdicts.json", "{}\n", 0o600);
    await host.write("usr/local/bin/another", "");
    await host.write("usr/local/lib/certgate/restart", "of the operator\n", 0o755);
    const before = await host.state();
    const dry = await host.run(["--uninstall", "--dry-run"]);
    assert.deepEqual([dry.code, dry.stderr, dry.calls], [0, "", []]);
    assert.deepEqual(await host.state(), before);
    const { code, stderr, stdout, calls } = await host.run(["--uninstall"]);
    assert.deepEqual([code, stderr], [0, ""]);
    assert.deepEqual(calls, ["systemctl disable --now certgate.service", "systemctl daemon-reload"]);
    assert.match(stdout, /Configuration and state are kept: \/etc\/certgate, \/var\/lib\/certgate/);
    const files = Object.entries(await host.state()).filter(([, what]) => !what.endsWith("directory"));
    assert.deepEqual(files.map(([path]) => path).sort(), [
      "root/etc/certgate/config.yaml",
      "root/usr/local/bin/another",
      "root/usr/local/lib/certgate/restart",
      "root/var/lib/certgate/verdicts.json",
    ]);
    const again = await host.run(["--uninstall"]);
    assert.deepEqual([again.code, again.calls], [0, []]);
    assert.match(again.stdout, /nothing to remove/);
    const back = await host.run(ARGS);
    assert.equal(back.code, 0);
    assert.equal(await host.read("etc/certgate/config.yaml"), "sources: []\n");
    assert.deepEqual(back.calls.filter((call) => /enable|sysusers/.test(call)), [
      "systemctl enable certgate.service",
    ]);
  });

  Deno.test(`install.sh --purge leaves nothing of certgate, and no key open (${shell.name})`, async () => {
    await using host = await Host.make(shell);
    await host.write("etc/letsencrypt/live/example.com/privkey.pem", "key\n", 0o600);
    await host.write("etc/letsencrypt/archive/example.com/privkey1.pem", "key\n", 0o600);
    await host.run([...ARGS, "--configure"]);
    await host.write("etc/systemd/system/certgate.service.d/memory.conf", "[Service]\n");
    await host.write("etc/systemd/system/other.service.d/certgate.conf", "# of somebody else\n");
    await host.write("usr/local/lib/certgate/restart", "of the operator\n", 0o755);
    const { code, stderr, calls } = await host.run(["--purge"]);
    assert.deepEqual([code, stderr], [0, ""]);
    assert.deepEqual(calls.filter((call) => !call.startsWith("chgrp")), [
      "systemctl disable --now certgate.service",
      "userdel certgate",
      "groupdel certgate-keys",
      "groupdel certgate",
      "systemctl daemon-reload",
    ]);
    const files = Object.entries(await host.state()).filter(([, what]) => !what.endsWith("directory"));
    assert.deepEqual(files.map(([path, what]) => `${what.split(" ")[0]} ${path}`).sort(), [
      "640 root/etc/letsencrypt/archive/example.com/privkey1.pem",
      "640 root/etc/letsencrypt/live/example.com/privkey.pem",
      "644 root/etc/systemd/system/other.service.d/certgate.conf",
    ]);
    // The number of the group may be another group's one day.
    const groups = Deno.uid() === 0 ? [0] : [Deno.gid()];
    for (
      const path of ["live/example.com/privkey.pem", "archive/example.com/privkey1.pem", "live", "archive"]
    ) {
      const { gid } = await Deno.stat(join(host.root, "etc/letsencrypt", path));
      assert.ok(groups.includes(gid!), path);
    }
    const again = await host.run(["--purge"]);
    assert.deepEqual([again.code, again.calls], [0, []]);
    assert.match(again.stdout, /nothing to remove/);
  });

  if (shell === SHELLS.at(-1)) {
    Deno.test(`install.sh --uninstall stops where the unit cannot be stopped (${shell.name})`, async () => {
      await using host = await Host.make(shell);
      await host.run(ARGS);
      const before = await host.state();
      await Deno.writeTextFile(
        `${host.folder}/host/systemctl`,
        "#!/bin/sh\necho 'Access denied' >&2\nexit 1\n",
      );
      const { code, stderr } = await host.run(["--uninstall"]);
      assert.equal(code, 1);
      assert.match(
        stderr,
        /^error: Cannot stop certgate\.service: Access denied\nhint: .*nothing was removed\n$/,
      );
      assert.deepEqual(await host.state(), before);
    });
  }
}
