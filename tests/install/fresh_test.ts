import assert from "node:assert/strict";
import { join } from "node:path";
import { Host, SHELLS } from "./_host.ts";
import { ARCH, INSTALL, sha256 } from "./_release.ts";
import { releasesFor } from "./_releases.ts";
import { serve } from "./_server.ts";

const { folder, url } = await releasesFor({ "0.1.0": {} });

for (const shell of SHELLS) {
  Deno.test(`install.sh installs on an empty host, and starts the unit (${shell.name})`, async () => {
    await using host = await Host.make(shell);
    await using server = serve(folder);
    const { code, stderr, stdout, calls } = await host.run(["--version", "0.1.0", "--base-url", server.url]);
    assert.equal(stderr, "");
    assert.equal(code, 0);
    assert.match(stdout, /certgate 0\.1\.0 is installed: \/usr\/local\/bin\/certgate/);
    assert.match(stdout, /Neither certbot \(\/etc\/letsencrypt\/live\) nor Envoy Gateway was found here/);
    assert.deepEqual(calls.map((call) => call.replaceAll(host.folder, "").replace(/\S*\/unpacked/, "…")), [
      `systemd-sysusers …/certgate_0.1.0_linux_${ARCH}/systemd/certgate.sysusers`,
      "chown root:certgate /root/etc/certgate/resources",
      "chown certgate:certgate /root/var/lib/certgate",
      "chown certgate:certgate /root/var/lib/certgate/gate",
      "chown root:certgate /root/etc/certgate/.config.yaml.certgate-new",
      "systemctl daemon-reload",
      "systemctl enable certgate.service",
      "systemctl restart certgate.service",
    ]);
    const found = Object.entries(await host.state()).map(([path, what]) => `${what.split(" ")[0]} ${path}`);
    assert.deepEqual(found.filter((each) => !/ root\/(run|usr|etc|var)$/.test(each)).sort(), EXPECTED);
  });

  Deno.test(`install.sh changes and restarts nothing the second time (${shell.name})`, async () => {
    await using host = await Host.make(shell);
    await using server = serve(folder);
    const args = ["--version", "0.1.0", "--base-url", server.url];
    await host.run(args);
    const before = await host.state();
    const { code, stdout, stderr, calls } = await host.run(args);
    assert.deepEqual([code, stderr, calls], [0, "", []]);
    assert.match(stdout, /nothing was changed, and nothing was restarted/);
    assert.deepEqual(await host.state(), before);
  });

  Deno.test(`install.sh prints each step and changes nothing with --dry-run (${shell.name})`, async () => {
    await using host = await Host.make(shell);
    await using server = serve(folder);
    const before = await host.state();
    // As in the line of the documentation: the script comes by standard input, which nothing else may read.
    await host.program(
      "mktemp",
      `[ "$(readlink /proc/self/fd/0)" = /dev/null ] || exit 9\nexec ${host.real("mktemp")} "$@"`,
    );
    const script = await Deno.readTextFile(INSTALL);
    const args = ["--dry-run", "--version", "0.1.0", "--base-url", server.url];
    const dry = await host.run(args, { script });
    assert.deepEqual([dry.code, dry.stderr, dry.calls], [0, "", []]);
    assert.deepEqual(await host.state(), before);
    const wet = await host.run(args.slice(1), { script });
    assert.deepEqual([wet.code, wet.stderr], [0, ""]);
    const steps = (text: string) => text.split("\n").filter((line) => line.startsWith("  "));
    assert.ok(steps(dry.stdout).length > 15, dry.stdout);
    assert.deepEqual(steps(dry.stdout), steps(wet.stdout), "what was announced is what is done");
    const again = await host.run(args);
    assert.match(again.stdout, /nothing: certgate 0\.1\.0 is installed as it should be/);
  });

  // One of the two with each shell.
  for (const umask of SHELLS.length === 1 ? ["077", "000"] : [["077", "000"][SHELLS.indexOf(shell)]]) {
    Deno.test(`install.sh gives the same modes under umask ${umask} (${shell.name})`, async () => {
      await using host = await Host.make(shell);
      const { code } = await host.run(["--version", "0.1.0", "--base-url", url], { umask });
      assert.equal(code, 0);
      const found = Object.entries(await host.state()).map(([path, what]) => `${what.split(" ")[0]} ${path}`);
      assert.deepEqual(found.filter((each) => !/ root\/(run|usr|etc|var)$/.test(each)).sort(), EXPECTED);
    });
  }

  Deno.test(`install.sh works where paths have spaces (${shell.name})`, async () => {
    await using host = await Host.make(shell, { name: "a host 'of' \"many\" words" });
    await Deno.mkdir(join(host.folder, "my files"));
    const archive = join(host.folder, "my files", "the archive.tar.gz");
    await Deno.copyFile(join(folder, `v0.1.0/certgate_0.1.0_linux_${ARCH}.tar.gz`), archive);
    const first = await host.run(["--file", archive, "--sha256", await sha256(archive)]);
    assert.deepEqual([first.code, first.stderr], [0, ""]);
    assert.equal(host.has("usr/local/bin/certgate"), true);
    const last = await host.run(["--purge"]);
    assert.deepEqual([last.code, last.stderr], [0, ""]);
    assert.equal(host.has("etc/certgate"), false);
  });

  if (shell === SHELLS.at(-1)) {
    Deno.test(`install.sh makes users by useradd where there is no systemd-sysusers (${shell.name})`, async () => {
      await using host = await Host.make(shell, { systemd: false });
      await Deno.remove(join(host.folder, "host", "systemd-sysusers"));
      const { code, stdout, calls } = await host.run([
        "--version",
        "0.1.0",
        "--base-url",
        url,
      ]);
      assert.equal(code, 0);
      assert.deepEqual(calls.filter((call) => !call.startsWith("chown")), [
        "groupadd --system certgate-keys",
        "groupadd --system certgate",
        "useradd --system --gid certgate --groups certgate-keys --home-dir /var/lib/certgate --no-create-home " +
        "--shell /usr/sbin/nologin certgate",
      ]);
      assert.match(stdout, /systemd does not run here/);
    });
  }

  if (shell === SHELLS[0]) {
    Deno.test(`install.sh leaves users and systemd alone where DESTDIR is for a package (${shell.name})`, async () => {
      await using host = await Host.make(shell);
      const options = { env: { CERTGATE_HOST_COMMANDS: "" } };
      const { code, calls } = await host.run(
        ["--version", "0.1.0", "--base-url", url],
        options,
      );
      assert.deepEqual([code, calls], [0, []]);
      assert.equal(host.has("usr/local/bin/certgate"), true);
    });
  }
}

const EXPECTED = `
640 root/etc/certgate/config.yaml
644 root/etc/systemd/system/certgate.service
644 root/etc/sysusers.d/certgate.conf
644 root/usr/local/share/bash-completion/completions/certgate
644 root/usr/local/share/doc/certgate/LICENSE
644 root/usr/local/share/doc/certgate/THIRD-PARTY-LICENSES
644 root/usr/local/share/doc/certgate/certgate.rules.yaml
644 root/usr/local/share/doc/certgate/config.schema.json
644 root/usr/local/share/doc/certgate/config.yaml
644 root/usr/local/share/doc/certgate/examples/memory.conf
644 root/usr/local/share/fish/vendor_completions.d/certgate.fish
644 root/usr/local/share/man/man1/certgate.1
644 root/usr/local/share/zsh/site-functions/_certgate
700 root/var/lib/certgate
700 root/var/lib/certgate/gate
750 root/etc/certgate/resources
755 root/etc/certgate
755 root/etc/systemd
755 root/etc/systemd/system
755 root/etc/sysusers.d
755 root/run/systemd
755 root/run/systemd/system
755 root/usr/local
755 root/usr/local/bin
755 root/usr/local/bin/certgate
755 root/usr/local/lib
755 root/usr/local/lib/certgate
755 root/usr/local/share
755 root/usr/local/share/bash-completion
755 root/usr/local/share/bash-completion/completions
755 root/usr/local/share/doc
755 root/usr/local/share/doc/certgate
755 root/usr/local/share/doc/certgate/examples
755 root/usr/local/share/doc/certgate/install.sh
755 root/usr/local/share/fish
755 root/usr/local/share/fish/vendor_completions.d
755 root/usr/local/share/man
755 root/usr/local/share/man/man1
755 root/usr/local/share/zsh
755 root/usr/local/share/zsh/site-functions
755 root/var/lib`.trim().split("\n");
